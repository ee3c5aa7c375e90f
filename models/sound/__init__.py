"""Sound beside frames: checks, exact times, cuts and joins without a click, and its loop's seam."""
