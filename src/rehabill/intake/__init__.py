"""From outside: other systems' exports, bank statements, EOBs on paper. Text in, structs or located errors out."""
