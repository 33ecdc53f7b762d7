warn.o: warn.c config.h findings.h policy.h address.h names.h \
 ../include/uapi/linux/nf_edge.h edgectl.h links.h rows.h \
 ../include/nf_edge/flow_table.def
config.h:
findings.h:
policy.h:
address.h:
names.h:
../include/uapi/linux/nf_edge.h:
edgectl.h:
links.h:
rows.h:
../include/nf_edge/flow_table.def:
