output.o: output.c /usr/include/libsmartcols/libsmartcols.h output.h \
 edgectl.h names.h ../include/uapi/linux/nf_edge.h
/usr/include/libsmartcols/libsmartcols.h:
output.h:
edgectl.h:
names.h:
../include/uapi/linux/nf_edge.h:
