options.o: options.c options.h edgectl.h
options.h:
edgectl.h:
