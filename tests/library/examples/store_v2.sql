BEGIN TRANSACTION;
CREATE TABLE changes (
	sequence INTEGER NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	digest VARCHAR(200) NOT NULL, 
	action VARCHAR(200) NOT NULL, 
	time DOUBLE NOT NULL, 
	evidence TEXT NOT NULL, 
	PRIMARY KEY (sequence)
);
INSERT INTO "changes" VALUES(1,'f','d1','promoted',11.0,'{"tasks":2}');
INSERT INTO "changes" VALUES(2,'f','d1','demoted',12.0,'{}');
INSERT INTO "changes" VALUES(3,'f','d2','promoted',13.0,'{}');
CREATE TABLE evaluations (
	sequence INTEGER NOT NULL, 
	run VARCHAR(200) NOT NULL, 
	ask BIGINT NOT NULL, 
	term TEXT NOT NULL, 
	outcome VARCHAR(200) NOT NULL, 
	scores TEXT NOT NULL, 
	solved BOOLEAN NOT NULL, 
	seconds DOUBLE NOT NULL, 
	parameters BIGINT NOT NULL, 
	size BIGINT NOT NULL, 
	weights VARCHAR(200), 
	"key" VARCHAR(200) NOT NULL, 
	detail TEXT NOT NULL, 
	cases TEXT NOT NULL, score DOUBLE PRECISION, 
	PRIMARY KEY (sequence), 
	CONSTRAINT one_evaluation_an_ask UNIQUE (run, ask)
);
INSERT INTO "evaluations" VALUES(1,'r1',0,'(map inc $0)','completed','{"accuracy":0.5,"loss":2.0}',0,0.25,7,3,NULL,'k0','','[1.0,0.0]',0.5);
INSERT INTO "evaluations" VALUES(2,'r1',1,'(sort $0)','completed','{"accuracy":1.0}',1,0.5,0,2,NULL,'k1','','null',1.0);
INSERT INTO "evaluations" VALUES(3,'r2',0,'(length $0)','diverged','{"loss":{"$float":"nan"}}',0,0.0,0,0,NULL,'','loss=nan','null',NULL);
INSERT INTO "evaluations" VALUES(4,'r2',1,'(length $0)','completed','{"loss":0.125}',0,0.0,0,0,NULL,'','','null',0.125);
INSERT INTO "evaluations" VALUES(5,'r2',2,'0','completed','{}',0,0.0,0,0,NULL,'','','null',NULL);
CREATE TABLE events (
	run VARCHAR(200) NOT NULL, 
	number BIGINT NOT NULL, 
	kind VARCHAR(200) NOT NULL, 
	ask BIGINT NOT NULL, 
	payload TEXT NOT NULL, 
	PRIMARY KEY (run, number)
)
 WITHOUT ROWID

;
INSERT INTO "events" VALUES('r1',0,'asked',0,'{"term":"(map inc $0)"}');
INSERT INTO "events" VALUES('r1',1,'told',0,'{"scores":{"accuracy":0.5}}');
INSERT INTO "events" VALUES('r2',0,'asked',0,'{}');
CREATE TABLE runs (
	id VARCHAR(200) NOT NULL, 
	task VARCHAR(200) NOT NULL, 
	strategy VARCHAR(200) NOT NULL, 
	seed BIGINT NOT NULL, 
	budget TEXT NOT NULL, 
	state VARCHAR(200) NOT NULL, 
	config TEXT NOT NULL, 
	library VARCHAR(200) NOT NULL, 
	started DOUBLE NOT NULL, 
	finished DOUBLE, 
	metric VARCHAR(200) NOT NULL, 
	direction VARCHAR(200) NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "runs" VALUES('r1','sort','random',3,'"60s"','finished','{"width":2}','',1.5,9.5,'accuracy','maximise');
INSERT INTO "runs" VALUES('r2','count','genetic',0,'500','running','{}','',2.5,NULL,'loss','minimise');
CREATE TABLE schema_version (
	application VARCHAR(64) NOT NULL, 
	version INTEGER NOT NULL, 
	PRIMARY KEY (application)
);
INSERT INTO "schema_version" VALUES('automl-programs',2);
CREATE TABLE snapshots (
	digest VARCHAR(200) NOT NULL, 
	words TEXT NOT NULL, 
	PRIMARY KEY (digest)
);
INSERT INTO "snapshots" VALUES('4091cccc1ca1c0436ef126639ff376d6c311f373792781c6b3c26ca6e3099931','[["f","d1"]]');
CREATE TABLE solutions (
	sequence INTEGER NOT NULL, 
	task VARCHAR(200) NOT NULL, 
	run VARCHAR(200) NOT NULL, 
	term TEXT NOT NULL, 
	expanded TEXT NOT NULL, 
	"right" BOOLEAN, 
	scores TEXT NOT NULL, 
	evaluations BIGINT NOT NULL, 
	seconds DOUBLE NOT NULL, 
	weights VARCHAR(200), 
	created DOUBLE NOT NULL, 
	term_digest VARCHAR(64) NOT NULL, 
	PRIMARY KEY (sequence), 
	CONSTRAINT one_solution_a_term UNIQUE (task, run, term_digest)
);
INSERT INTO "solutions" VALUES(1,'sort','r1','(sort $0)','(sort $0)',1,'{"accuracy":1.0}',2,0.75,NULL,5.0,'d4c81a7db9fc64898fe4fb2fa98333807a8654adae88290a2a65ab3833d57222');
CREATE TABLE subroutines (
	name VARCHAR(200) NOT NULL, 
	digest VARCHAR(200) NOT NULL, 
	type TEXT NOT NULL, 
	kind VARCHAR(200) NOT NULL, 
	body TEXT NOT NULL, 
	weights VARCHAR(200), 
	state VARCHAR(200) NOT NULL, 
	provenance TEXT NOT NULL, 
	saved DOUBLE NOT NULL, 
	created DOUBLE NOT NULL, 
	description TEXT NOT NULL, 
	active_name VARCHAR(200), 
	active_digest VARCHAR(200), 
	PRIMARY KEY (name, digest), 
	UNIQUE (active_name), 
	UNIQUE (active_digest)
);
INSERT INTO "subroutines" VALUES('f','d1','int -> int','algorithmic','inc',NULL,'demoted','{"runs":["r1"]}',4.0,3.0,'adds one',NULL,NULL);
INSERT INTO "subroutines" VALUES('f','d2','int -> int','algorithmic','dec',NULL,'active','{}',0.0,0.0,'','f','d2');
CREATE TABLE uses (
	subroutine VARCHAR(200) NOT NULL, 
	task VARCHAR(200) NOT NULL, 
	run VARCHAR(200) NOT NULL, 
	PRIMARY KEY (subroutine, task, run)
)
 WITHOUT ROWID

;
INSERT INTO "uses" VALUES('d1','sort','r1');
CREATE INDEX ix_runs_task ON runs (task);
CREATE INDEX evaluations_by_key ON evaluations ("key", sequence);
CREATE INDEX ix_solutions_task ON solutions (task);
CREATE INDEX ix_solutions_run ON solutions (run);
CREATE INDEX ix_subroutines_digest ON subroutines (digest);
CREATE INDEX ix_changes_name ON changes (name);
CREATE INDEX evaluations_by_score ON evaluations (run, score, ask);
COMMIT;
