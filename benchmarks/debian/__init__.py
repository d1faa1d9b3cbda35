"""What a council's IT does by the pages, done in a clean Debian folder: no container engine is needed for it."""
