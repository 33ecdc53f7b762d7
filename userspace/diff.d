diff.o: diff.c diff.h policy.h address.h names.h \
 ../include/uapi/linux/nf_edge.h edgectl.h
diff.h:
policy.h:
address.h:
names.h:
../include/uapi/linux/nf_edge.h:
edgectl.h:
