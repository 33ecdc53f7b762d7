util.o: util.c edgectl.h
edgectl.h:
