address.o: address.c address.h edgectl.h
address.h:
edgectl.h:
