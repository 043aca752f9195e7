/* Replaced by `custodex serve --edit`, which takes changes itself; a site on its own hands them over by other ways. */
