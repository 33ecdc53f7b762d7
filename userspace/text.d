text.o: text.c edgectl.h text.h findings.h
edgectl.h:
text.h:
findings.h:
