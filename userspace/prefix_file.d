prefix_file.o: prefix_file.c config.h findings.h policy.h address.h \
 names.h ../include/uapi/linux/nf_edge.h edgectl.h text.h
config.h:
findings.h:
policy.h:
address.h:
names.h:
../include/uapi/linux/nf_edge.h:
edgectl.h:
text.h:
