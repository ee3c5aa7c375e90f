"""Files that the browser loads (`client`), and the pack's HTTP routes (`server`)."""
