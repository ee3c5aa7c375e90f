"""Reading and writing of pictures, animations, videos and sound in files."""
