rows.o: rows.c edgectl.h names.h ../include/uapi/linux/nf_edge.h rows.h \
 ../include/nf_edge/flow_table.def
edgectl.h:
names.h:
../include/uapi/linux/nf_edge.h:
rows.h:
../include/nf_edge/flow_table.def:
