names.o: names.c edgectl.h names.h ../include/uapi/linux/nf_edge.h
edgectl.h:
names.h:
../include/uapi/linux/nf_edge.h:
