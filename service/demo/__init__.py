"""The service with the sample session in it, for whoever tries the program: `practice demo`."""
