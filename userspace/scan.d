scan.o: scan.c edgectl.h names.h ../include/uapi/linux/nf_edge.h text.h \
 findings.h
edgectl.h:
names.h:
../include/uapi/linux/nf_edge.h:
text.h:
findings.h:
