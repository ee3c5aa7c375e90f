"""How far is a picture from the one it should look like?"""
