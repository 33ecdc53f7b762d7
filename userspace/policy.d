policy.o: policy.c edgectl.h policy.h address.h names.h \
 ../include/uapi/linux/nf_edge.h
edgectl.h:
policy.h:
address.h:
names.h:
../include/uapi/linux/nf_edge.h:
