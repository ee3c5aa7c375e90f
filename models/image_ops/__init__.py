"""Image operations that several measures share: colour, luma, gradients, windows, flow, warp."""
