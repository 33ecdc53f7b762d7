findings.o: findings.c edgectl.h findings.h
edgectl.h:
findings.h:
