main.o: main.c edgectl.h names.h ../include/uapi/linux/nf_edge.h output.h
edgectl.h:
names.h:
../include/uapi/linux/nf_edge.h:
output.h:
