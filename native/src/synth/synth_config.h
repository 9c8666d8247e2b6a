/* The pocketrec.json that lies beside the made-up workout logs. */
#ifndef PRT_SYNTH_CONFIG_H
#define PRT_SYNTH_CONFIG_H

extern const char prt_synth_config[];

#endif
