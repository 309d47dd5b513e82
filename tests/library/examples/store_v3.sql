PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE schema_version (
	application VARCHAR(64) NOT NULL, 
	version INTEGER NOT NULL, 
	PRIMARY KEY (application)
);
INSERT INTO schema_version VALUES('automl-programs',3);
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
INSERT INTO runs VALUES('6c603b0c5428','each plus 1','enumerative',0,'{"evaluations":2000}','finished','{"type":"list(int) -> list(int)","preprocessing":null,"task":{"spec":"starter.jsonl","name":"each plus 1","seed":0},"digest":"01ac6bd130a51e5db792894244149f7e","target":null,"words":null,"trainer":{},"settings":{"hurry":false},"weights":{},"schedule":{"epochs":null,"refine_epochs":null,"refine":0.45,"final":0.15,"deadline":60.0},"workers":"1","guidance":"","terms":7638,"elapsed":0.316}','4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945',1795767301.0777652263,1795767301.3963110446,'accuracy','maximise');
INSERT INTO runs VALUES('6fe70e1cb352','each plus 2','enumerative',0,'{"evaluations":2000}','finished','{"type":"list(int) -> list(int)","preprocessing":null,"task":{"spec":"starter.jsonl","name":"each plus 2","seed":0},"digest":"5ba91654426221789e8bc40caf322643","target":null,"words":null,"trainer":{},"settings":{"hurry":false},"weights":{},"schedule":{"epochs":null,"refine_epochs":null,"refine":0.45,"final":0.15,"deadline":60.0},"workers":"1","guidance":"","terms":7481,"elapsed":0.255}','4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945',1795767301.4025292397,1795767301.6582751273,'accuracy','maximise');
INSERT INTO runs VALUES('fbd8bcf58180','each times 2','enumerative',0,'{"evaluations":2000}','finished','{"type":"list(int) -> list(int)","preprocessing":null,"task":{"spec":"starter.jsonl","name":"each times 2","seed":0},"digest":"994725c74bde51f257ba12a7b97ed79f","target":null,"words":null,"trainer":{},"settings":{"hurry":false},"weights":{},"schedule":{"epochs":null,"refine_epochs":null,"refine":0.45,"final":0.15,"deadline":60.0},"workers":"1","guidance":"","terms":12964,"elapsed":0.368}','4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945',1795767301.6637442112,1795767302.0322742462,'accuracy','maximise');
INSERT INTO runs VALUES('337c0a735265','each squared','enumerative',0,'{"evaluations":2000}','finished','{"type":"list(int) -> list(int)","preprocessing":null,"task":{"spec":"starter.jsonl","name":"each squared","seed":0},"digest":"b6869ee403aaec87cd08de5a10bbad78","target":null,"words":null,"trainer":{},"settings":{"hurry":false},"weights":{},"schedule":{"epochs":null,"refine_epochs":null,"refine":0.45,"final":0.15,"deadline":60.0},"workers":"1","guidance":"","terms":12967,"elapsed":0.388}','4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945',1795767302.0414540767,1795767302.4306633472,'accuracy','maximise');
INSERT INTO runs VALUES('515433556fd9','each negated','enumerative',0,'{"evaluations":2000}','finished','{"type":"list(int) -> list(int)","preprocessing":null,"task":{"spec":"starter.jsonl","name":"each negated","seed":0},"digest":"207fde5cbeee5353bbd48da614d4d271","target":null,"words":null,"trainer":{},"settings":{"hurry":false},"weights":{},"schedule":{"epochs":null,"refine_epochs":null,"refine":0.45,"final":0.15,"deadline":60.0},"workers":"1","guidance":"","terms":7701,"elapsed":0.276}','4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945',1795767302.4382343291,1795767302.7152609825,'accuracy','maximise');
INSERT INTO runs VALUES('7fc396687ee6','total of squares','enumerative',0,'{"evaluations":2000}','finished','{"type":"list(int) -> int","preprocessing":null,"task":{"spec":"starter.jsonl","name":"total of squares","seed":0},"digest":"41743f045c5be67c5b7cead0d8cfb70a","target":null,"words":null,"trainer":{},"settings":{"hurry":false},"weights":{},"schedule":{"epochs":null,"refine_epochs":null,"refine":0.45,"final":0.15,"deadline":60.0},"workers":"1","guidance":"","terms":2012,"elapsed":0.211}','4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945',1795767302.7203948497,1795767302.9324843883,'accuracy','maximise');
INSERT INTO runs VALUES('d0b1f6c6891d','each plus 1','enumerative',0,'{"evaluations":18000}','finished','{"type":"list(int) -> list(int)","preprocessing":null,"task":{"spec":"starter.jsonl","name":"each plus 1","seed":0},"digest":"01ac6bd130a51e5db792894244149f7e","target":null,"words":null,"trainer":{},"settings":{},"weights":{},"schedule":{"epochs":null,"refine_epochs":null,"refine":0.45,"final":0.15,"deadline":60.0},"workers":"1","guidance":"","terms":34891,"elapsed":0.845}','4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945',1795767303.008167982,1795767303.8545646667,'accuracy','maximise');
INSERT INTO runs VALUES('50811d54fa72','each plus 2','enumerative',0,'{"evaluations":18000}','finished','{"type":"list(int) -> list(int)","preprocessing":null,"task":{"spec":"starter.jsonl","name":"each plus 2","seed":0},"digest":"5ba91654426221789e8bc40caf322643","target":null,"words":null,"trainer":{},"settings":{},"weights":{},"schedule":{"epochs":null,"refine_epochs":null,"refine":0.45,"final":0.15,"deadline":60.0},"workers":"1","guidance":"","terms":35173,"elapsed":0.969}','4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945',1795767303.9339218139,1795767304.9036421775,'accuracy','maximise');
INSERT INTO runs VALUES('5aa18c381d7e','each negated','enumerative',0,'{"evaluations":18000}','finished','{"type":"list(int) -> list(int)","preprocessing":null,"task":{"spec":"starter.jsonl","name":"each negated","seed":0},"digest":"207fde5cbeee5353bbd48da614d4d271","target":null,"words":null,"trainer":{},"settings":{},"weights":{},"schedule":{"epochs":null,"refine_epochs":null,"refine":0.45,"final":0.15,"deadline":60.0},"workers":"1","guidance":"","terms":34365,"elapsed":0.89}','fad223b62889686cb4e8e289227368d8105766f7b50ef6cbfdbe268b390d0a18',1795767305.0172526836,1795767305.9081852435,'accuracy','maximise');
INSERT INTO runs VALUES('50a117b792af','total of squares','enumerative',0,'{"evaluations":18000}','finished','{"type":"list(int) -> int","preprocessing":null,"task":{"spec":"starter.jsonl","name":"total of squares","seed":0},"digest":"41743f045c5be67c5b7cead0d8cfb70a","target":null,"words":null,"trainer":{},"settings":{},"weights":{},"schedule":{"epochs":null,"refine_epochs":null,"refine":0.45,"final":0.15,"deadline":60.0},"workers":"1","guidance":"","terms":18360,"elapsed":1.133}','fad223b62889686cb4e8e289227368d8105766f7b50ef6cbfdbe268b390d0a18',1795767305.9962565899,1795767307.1296985149,'accuracy','maximise');
INSERT INTO runs VALUES('25d769957c8d','growth of the library','wake, abstract, dream',0,'null','finished','{"iteration":{"number":1,"tasks":6,"solved":6,"right":6,"terms":173552,"seconds":5.666,"elapsed":11.856,"library":1,"promoted":["map_add"],"demoted":[],"training":{"before":2.5749,"after":2.5703,"epochs":3.0,"tasks":46.0,"seconds":2.0643,"dreams":40,"solved":6,"dreaming":0.87}},"guide":{"schema_version":1,"features":1,"grammar":[["$variable",3.596840245036746],["$constant",2.3491129140091713],["map",2.5877039826906056],["filter",0.4277613594002626],["fold",0.4277613594002626],["+",1.504012134496511],["-",1.5077469924639701],["=",0.4277613594002626],[">",0.4277613594002626],["head",0.4277613594002626],["tail",0.4277613594002626],["cons",0.4277613594002626],["length",0.4277613594002626],["if",0.4277613594002626],["range",0.4277613594002626],["index",0.4277613594002626],["take",0.4277613594002626],["drop",0.4277613594002626],["reverse",0.4277613594002626],["sum",1.4781223869026716],["count",0.4277613594002626],["mod",0.4277613594002626],["*",1.9947807849531312],["<",0.4277613594002626],["concat",0.4277613594002626],["append",0.4277613594002626],["empty",0.4277613594002626],["concat_text",0.4277613594002626],["split",0.4277613594002626],["split_words",0.4277613594002626],["join",0.4277613594002626],["substring",0.4277613594002626],["replace",0.4277613594002626],["contains_text",0.4277613594002626],["length_text",0.4277613594002626],["char_at",0.4277613594002626],["from_chars",0.4277613594002626],["is_empty",-0.5722386405997372],["last",-0.5722386405997372],["init",-0.5722386405997372],["slice",-0.5722386405997372],["singleton",-0.5722386405997372],["zipwith",-0.5722386405997372],["sort",-0.5722386405997372],["maximum",-0.5722386405997372],["minimum",-0.5722386405997372],["not",-0.5722386405997372],["and",-0.5722386405997372],["or",-0.5722386405997372],["//",-0.5722386405997372],["set",-0.5722386405997372],["mapi",-0.5722386405997372],["any",-0.5722386405997372],["all",-0.5722386405997372],["replicate",-0.5722386405997372],["max",-0.5722386405997372],["min",-0.5722386405997372],["delete",-0.5722386405997372],["contains",-0.5722386405997372],["unique",-0.5722386405997372],["insert",-0.5722386405997372],["scan1",-0.5722386405997372],["is_even",-0.5722386405997372],["square",-0.5722386405997372],["upper",-0.5722386405997372],["lower",-0.5722386405997372],["capitalise",-0.5722386405997372],["trim",-0.5722386405997372],["char_to_text",-0.5722386405997372],["chars",-0.5722386405997372],["to_str",-0.5722386405997372],["map_text",-0.5722386405997372],["filter_text",-0.5722386405997372],["is_upper",-0.5722386405997372],["is_digit",-0.5722386405997372],["is_letter",-0.5722386405997372],["negate",-1.5722386405997373],["abs",-1.5722386405997373],["is_odd",-1.5722386405997373],["sort_by",-1.5722386405997373],["range_from",-1.5722386405997373],["product",-1.5722386405997373],["foldr",-1.5722386405997373],["power",-1.5722386405997373],["argsort",-1.5722386405997373],["group",-1.5722386405997373],["flatten_list",-1.5722386405997373],[">=",-1.5722386405997373],["<=",-1.5722386405997373],["!=",-1.5722386405997373],["zip",-1.5722386405997373],["first",-1.5722386405997373],["second",-1.5722386405997373],["pair",-1.5722386405997373],["scan",-2.5722386405997373],["repeat",-2.5722386405997373],["for",-2.5722386405997373],["unfold",-2.5722386405997373],["then_option",-2.5722386405997373],["group_by",-2.5722386405997373],["unzip",-2.5722386405997373],["/",-1.5722386405997373],["to_float",-1.5722386405997373],["floor",-1.5722386405997373],["ceil",-1.5722386405997373],["round",-1.5722386405997373],["sqrt",-1.5722386405997373],["exp",-1.5722386405997373],["log",-1.5722386405997373],["sin",-1.5722386405997373],["cos",-1.5722386405997373],["while",-2.5722386405997373],["graph_from_edges",-2.5722386405997373],["nodes",-2.5722386405997373],["edges",-2.5722386405997373],["neighbours",-2.5722386405997373],["reverse_graph",-2.5722386405997373],["breadth_first",-2.5722386405997373],["shortest_path",-2.5722386405997373],["topological_order",-2.5722386405997373],["components",-2.5722386405997373],["take_nth",-1.5722386405997373],["enumerate",-1.5722386405997373],["find",-1.5722386405997373],["none",-1.5722386405997373],["some",-1.5722386405997373],["is_some",-1.5722386405997373],["or_else",-1.5722386405997373],["unwrap",-1.5722386405997373],["map_option",-1.5722386405997373],["swap",-1.5722386405997373],["search",-1.5722386405997373],["binary_search",-1.5722386405997373],["reverse_text",-1.5722386405997373],["repeat_text",-1.5722386405997373],["find_text",-1.5722386405997373],["starts_with",-1.5722386405997373],["ends_with",-1.5722386405997373],["is_lower",-1.5722386405997373],["is_space",-1.5722386405997373],["upper_char",-1.5722386405997373],["lower_char",-1.5722386405997373],["char_code",-1.5722386405997373],["char_from",-1.5722386405997373],["parse_int",-1.5722386405997373],["float_to_str",-1.5722386405997373],["parse_float",-1.5722386405997373],["table_new",-2.5722386405997373],["table_from",-2.5722386405997373],["put",-2.5722386405997373],["get",-2.5722386405997373],["has",-2.5722386405997373],["remove",-2.5722386405997373],["keys",-2.5722386405997373],["values",-2.5722386405997373],["items",-2.5722386405997373],["table_size",-2.5722386405997373],["map_values",-2.5722386405997373],["map_add@a3e585818af3",1.875486087213972]],"hidden":2},"tensors":"9fa537986ab92d271b36633ad9057034d61715f3a2efe0fa2992c023d3c23ad2"}','fad223b62889686cb4e8e289227368d8105766f7b50ef6cbfdbe268b390d0a18',1795767312.7004697323,1795767312.7004697323,'nats','minimise');
INSERT INTO runs VALUES('4c21ce1286fb','points','random',3,'{"evaluations":1}','finished','{"type":"Tensor[2] -> Tensor[2]","preprocessing":{"shape":[2],"inputs":{"offset":[0.013888888888888923,0.17194444444444454],"scale":[0.9592424029693021,0.8849884476472762]},"target":null,"label_names":["left","right"],"columns":[["a",null],["b",null]],"dtype":"float32"},"task":{"spec":"points.csv?target=side","name":"points","seed":3},"digest":"e41cc90a2ec79f05e3b04722be0c892c","target":0.85,"words":["dense","relu"],"trainer":{},"settings":{},"weights":{},"schedule":{"epochs":20,"refine_epochs":null,"refine":0.0,"final":0.0,"deadline":60.0},"workers":"1","guidance":"","terms":0,"elapsed":0.197}','fad223b62889686cb4e8e289227368d8105766f7b50ef6cbfdbe268b390d0a18',1795767312.7331011294,1795767312.9312343596,'accuracy','maximise');
INSERT INTO runs VALUES('2a9022b9d510','total of doubles','enumerative',0,'{"evaluations":20000}','finished','{"type":"list(int) -> int","preprocessing":null,"task":{"spec":"starter","seed":0,"target_column":null,"name":"total of doubles"},"digest":"8763588122ceb8d9e864a7b9bb6e78c2","target":null,"words":null,"trainer":{},"settings":{},"weights":{},"schedule":{"epochs":null,"refine_epochs":null,"refine":0.45,"final":0.15,"deadline":60.0},"workers":"1","guidance":"25d769957c8d","terms":3631,"elapsed":0.746}','6cd85bce60661c8108850e5c923036ab83e7543f50df1a3988f9f33b8add6d89',1795767313.1930708884,1795767313.9412059783,'accuracy','maximise');
INSERT INTO runs VALUES('f9dc2f9067fd','points','random',3,'{"evaluations":3}','interrupted','{"type":"Tensor[2] -> Tensor[2]","preprocessing":{"shape":[2],"inputs":{"offset":[0.025555555555555515,0.20444444444444443],"scale":[0.8996216625907076,0.9332513191479336]},"target":null,"label_names":["left","right"],"columns":[["a",null],["b",null]],"dtype":"float32"},"task":{"spec":"points.csv:side","seed":0,"target_column":null,"name":"points"},"digest":"a3fc6dff24aa0be28b5b2d35c74cf758","target":2.0,"words":["dense","relu"],"trainer":{},"settings":{},"weights":{},"schedule":{"epochs":20,"refine_epochs":20,"refine":0.0,"final":0.0,"deadline":60.0},"workers":"1","guidance":"","terms":0,"elapsed":0.056}','6cd85bce60661c8108850e5c923036ab83e7543f50df1a3988f9f33b8add6d89',1795767313.9522292613,NULL,'accuracy','maximise');
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
INSERT INTO events VALUES('2a9022b9d510',0,'asked',0,'{"term":"(lambda (* 2 (sum $0)))","phase":"explore","info":{"terms":3631}}');
INSERT INTO events VALUES('2a9022b9d510',1,'started',0,'{}');
INSERT INTO events VALUES('2a9022b9d510',2,'finished',0,'{"outcome":"ok"}');
INSERT INTO events VALUES('2a9022b9d510',3,'told',0,'{}');
INSERT INTO events VALUES('337c0a735265',0,'asked',0,'{"term":"(lambda (map (lambda (* $0 $0)) $0))","phase":"explore","info":{"terms":12967}}');
INSERT INTO events VALUES('337c0a735265',1,'started',0,'{}');
INSERT INTO events VALUES('337c0a735265',2,'finished',0,'{"outcome":"ok"}');
INSERT INTO events VALUES('337c0a735265',3,'told',0,'{}');
INSERT INTO events VALUES('4c21ce1286fb',0,'asked',0,'{"term":"(lambda (dense :units 2 @1 (relu (dense :units 36 @2 (relu $0)))))","phase":"explore","info":{"operator":"sample"}}');
INSERT INTO events VALUES('4c21ce1286fb',1,'started',0,'{}');
INSERT INTO events VALUES('4c21ce1286fb',2,'finished',0,'{"outcome":"ok"}');
INSERT INTO events VALUES('4c21ce1286fb',3,'told',0,'{}');
INSERT INTO events VALUES('50811d54fa72',0,'asked',0,'{"term":"(lambda (map (lambda (+ $0 2)) $0))","phase":"explore","info":{"terms":35173}}');
INSERT INTO events VALUES('50811d54fa72',1,'started',0,'{}');
INSERT INTO events VALUES('50811d54fa72',2,'finished',0,'{"outcome":"ok"}');
INSERT INTO events VALUES('50811d54fa72',3,'told',0,'{}');
INSERT INTO events VALUES('50a117b792af',0,'asked',0,'{"term":"(lambda (sum (map (lambda (* $0 $0)) $0)))","phase":"explore","info":{"terms":18360}}');
INSERT INTO events VALUES('50a117b792af',1,'started',0,'{}');
INSERT INTO events VALUES('50a117b792af',2,'finished',0,'{"outcome":"ok"}');
INSERT INTO events VALUES('50a117b792af',3,'told',0,'{}');
INSERT INTO events VALUES('5aa18c381d7e',0,'asked',0,'{"term":"(lambda (map (lambda (- 0 $0)) $0))","phase":"explore","info":{"terms":34365}}');
INSERT INTO events VALUES('5aa18c381d7e',1,'started',0,'{}');
INSERT INTO events VALUES('5aa18c381d7e',2,'finished',0,'{"outcome":"ok"}');
INSERT INTO events VALUES('5aa18c381d7e',3,'told',0,'{}');
INSERT INTO events VALUES('d0b1f6c6891d',0,'asked',0,'{"term":"(lambda (map (lambda (+ $0 1)) $0))","phase":"explore","info":{"terms":34891}}');
INSERT INTO events VALUES('d0b1f6c6891d',1,'started',0,'{}');
INSERT INTO events VALUES('d0b1f6c6891d',2,'finished',0,'{"outcome":"ok"}');
INSERT INTO events VALUES('d0b1f6c6891d',3,'told',0,'{}');
INSERT INTO events VALUES('f9dc2f9067fd',0,'asked',0,'{"term":"(lambda (dense :units 2 @1 (relu (dense :units 36 @2 (relu $0)))))","phase":"explore","info":{"operator":"sample"}}');
INSERT INTO events VALUES('f9dc2f9067fd',1,'asked',1,'{"term":"(lambda (relu $0))","phase":"explore","info":{"operator":"sample"}}');
INSERT INTO events VALUES('f9dc2f9067fd',2,'asked',2,'{"term":"(lambda (dense :units 2 @1 (dense :units 251 @2 (relu (dense :units 58 @3 (dense :units 958 @4 (relu (points_net@38effae9b28e :use tuned @5 (relu $0)))))))))","phase":"explore","info":{"operator":"sample"}}');
INSERT INTO events VALUES('f9dc2f9067fd',3,'started',0,'{}');
INSERT INTO events VALUES('f9dc2f9067fd',4,'started',1,'{}');
INSERT INTO events VALUES('f9dc2f9067fd',5,'started',2,'{}');
INSERT INTO events VALUES('fbd8bcf58180',0,'asked',0,'{"term":"(lambda (map (lambda (+ $0 $0)) $0))","phase":"explore","info":{"terms":12964}}');
INSERT INTO events VALUES('fbd8bcf58180',1,'started',0,'{}');
INSERT INTO events VALUES('fbd8bcf58180',2,'finished',0,'{"outcome":"ok"}');
INSERT INTO events VALUES('fbd8bcf58180',3,'told',0,'{}');
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
	cases TEXT NOT NULL, 
	score DOUBLE, 
	curves TEXT, 
	PRIMARY KEY (sequence), 
	CONSTRAINT one_evaluation_an_ask UNIQUE (run, ask)
);
INSERT INTO evaluations VALUES(1,'fbd8bcf58180',0,'(lambda (map (lambda (+ $0 $0)) $0))','ok','{"accuracy":1.0,"error":0.0,"distance":0.0,"confidence":0.9336}',1,0.0017525030000342667335,0,7,NULL,'26ac58c2f84649ec737bde3546646802bec9fca5a62fe8ea17ec470ebdca81b6','','[0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0]',1.0,'null');
INSERT INTO evaluations VALUES(2,'337c0a735265',0,'(lambda (map (lambda (* $0 $0)) $0))','ok','{"accuracy":1.0,"error":0.0,"distance":0.0,"confidence":0.9336}',1,0.0014738729998953203903,0,7,NULL,'931c110bbc2f275a6e91433d22913f71d6701c33b7e58e1e3495215fb5ea7778','','[0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0]',1.0,'null');
INSERT INTO evaluations VALUES(3,'d0b1f6c6891d',0,'(lambda (map (lambda (+ $0 1)) $0))','ok','{"accuracy":1.0,"error":0.0,"distance":0.0,"confidence":0.9389}',1,0.0013350130000162607757,0,7,NULL,'fbd4f2b599ce72521c76a94dd7a12e9952a23d8130dcd2a5ca2f813b02ac411c','','[0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0]',1.0,'null');
INSERT INTO evaluations VALUES(4,'50811d54fa72',0,'(lambda (map (lambda (+ $0 2)) $0))','ok','{"accuracy":1.0,"error":0.0,"distance":0.0,"confidence":0.9371}',1,0.0010052979998818045714,0,7,NULL,'6e56fb0778499af950626cfd13acc2f2bf314d26397aa675e7fa29b13bfd2136','','[0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0]',1.0,'null');
INSERT INTO evaluations VALUES(5,'5aa18c381d7e',0,'(lambda (map (lambda (- 0 $0)) $0))','ok','{"accuracy":1.0,"error":0.0,"distance":0.0,"confidence":0.9389}',1,0.0011333070001455780584,0,7,NULL,'91a0c74c6cc468623aaadf25e602807bb09d6cbd571ddaa1def27ca2cb19060e','','[0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0]',1.0,'null');
INSERT INTO evaluations VALUES(6,'50a117b792af',0,'(lambda (sum (map (lambda (* $0 $0)) $0)))','ok','{"accuracy":1.0,"error":0.0,"distance":0.0,"confidence":0.8974}',1,0.0010823309999068442266,0,8,NULL,'d0a369a8641b060e318dadbe3fa59afd19f024405dac33da3698c28cfd1a0f31','','[0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0]',1.0,'null');
INSERT INTO evaluations VALUES(7,'4c21ce1286fb',0,'(lambda (dense :units 2 @1 (relu (dense :units 36 @2 (relu $0)))))','ok','{"accuracy":0.8888888888888888,"error":0.11111111111111116,"cross_entropy":0.25428725374407246}',1,0.086314433000097778858,182,6,'16096db9149310b88e290e88c2724a29d7b9a714a2d293e53e6bdf56ab3d79e1','7833d7740e9520b147fc0394a01d07d436308f925243ee0bcd96e57da43471bd','','null',0.88888888888888883954,'{"epoch":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20],"steps":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20],"train_loss":[1.2912,1.2647,1.21607,1.11198,0.949959,0.765789,0.616028,0.531041,0.49931,0.484459,0.467048,0.445924,0.424756,0.40616,0.391422,0.380545,0.37307,0.368337,0.36569,0.364509],"validation_loss":[1.1392,1.09107,0.987495,0.825521,0.641689,0.490785,0.410781,0.395564,0.397322,0.388047,0.36838,0.343275,0.318024,0.296425,0.279858,0.268246,0.260825,0.256644,0.254766,0.254287],"validation_score":[0.555556,0.555556,0.555556,0.555556,0.555556,0.777778,0.888889,0.888889,0.777778,0.777778,0.777778,0.777778,0.777778,0.777778,0.888889,0.888889,0.888889,0.888889,0.888889,0.888889],"learning_rate":[0.002,0.00371885,0.00821885,0.0137812,0.0182812,0.02,0.0197815,0.0191355,0.0180902,0.0166913,0.015,0.0130902,0.0110453,0.00895472,0.00690983,0.005,0.00330869,0.00190983,0.000864545,0.000218524],"gradient_norm":[1.90905,1.89418,1.86526,1.79158,1.63771,1.35305,0.931688,0.557294,0.551048,0.635639,0.639258,0.594461,0.533223,0.469848,0.415125,0.371173,0.339471,0.317569,0.305206,0.29935],"measured_loss":[1.61123,1.54162,1.39269,1.16111,0.897625,0.680068,0.544373,0.473281,0.433403,0.407433,0.38654,0.369286,0.355128,0.344135,0.336013,0.330354,0.326772,0.324798,0.323926,0.32371],"train_score":[0.111111,0.111111,0.111111,0.222222,0.333333,0.555556,0.666667,0.666667,0.666667,0.666667,0.666667,0.666667,0.666667,0.666667,0.666667,1.0,1.0,1.0,1.0,1.0],"gradient_norms":{"2.weight":[0.560615,0.555858,0.546758,0.523387,0.472916,0.390759,0.274236,0.17477,0.16222,0.18204,0.184263,0.173,0.156449,0.139406,0.124401,0.112276,0.103322,0.0972949,0.093756,0.0921023],"2.bias":[0.414024,0.407192,0.394372,0.354417,0.290819,0.226472,0.184591,0.215305,0.266869,0.291016,0.284223,0.263871,0.240879,0.213953,0.191787,0.173307,0.160818,0.15091,0.145997,0.143384],"1.weight":[1.7526,1.74039,1.71643,1.65655,1.52613,1.26822,0.870434,0.477435,0.426866,0.501354,0.507985,0.471679,0.420293,0.368907,0.324283,0.28892,0.263092,0.245894,0.23588,0.231282],"1.bias":[0.295187,0.290116,0.280329,0.257018,0.211643,0.135608,0.033292,0.0757078,0.154614,0.186688,0.189385,0.177049,0.158687,0.139482,0.122112,0.107949,0.097395,0.0902548,0.086057,0.0841254]}}');
INSERT INTO evaluations VALUES(8,'2a9022b9d510',0,'(lambda (* 2 (sum $0)))','ok','{"accuracy":1.0,"error":0.0,"distance":0.0,"confidence":0.9213}',1,0.00085192100004860549233,0,5,NULL,'fc193e7219f620729371a60eac0fb63b69cd5c348e9885ea0fe0447ef0c4b166','','[0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0]',1.0,'null');
INSERT INTO evaluations VALUES(9,'f9dc2f9067fd',0,'(lambda (dense :units 2 @1 (relu (dense :units 36 @2 (relu $0)))))','ok','{"accuracy":1.0,"error":0.0,"cross_entropy":0.2603869756572259}',0,0.045282719999931941856,182,6,'cb489398f64feda1e3efea419947796ec294840f032825a3b7f2b3fa34d17493','9604b6aef31c9634d44f28963c35094938203b760259cd132b4ab257598f0e8c','','null',1.0,'{"epoch":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20],"steps":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20],"train_loss":[1.26561,1.24124,1.19655,1.10094,0.951616,0.778221,0.628697,0.537429,0.505529,0.499011,0.489474,0.472371,0.451605,0.431304,0.414122,0.400987,0.391806,0.385943,0.382648,0.381175],"validation_loss":[0.780873,0.744644,0.66817,0.553235,0.435532,0.367175,0.35509,0.363684,0.363204,0.347694,0.324117,0.299233,0.27722,0.260387,0.248488,0.24061,0.235777,0.233132,0.231967,0.231675],"validation_score":[0.666667,0.666667,0.666667,0.777778,0.888889,1.0,1.0,1.0,1.0,0.888889,1.0,1.0,1.0,1.0,0.888889,0.888889,0.888889,0.888889,0.888889,0.888889],"learning_rate":[0.002,0.00371885,0.00821885,0.0137812,0.0182812,0.02,0.0197815,0.0191355,0.0180902,0.0166913,0.015,0.0130902,0.0110453,0.00895472,0.00690983,0.005,0.00330869,0.00190983,0.000864545,0.000218524],"gradient_norm":[1.75231,1.73694,1.70812,1.63894,1.50652,1.28579,0.948966,0.551064,0.489585,0.636866,0.703311,0.688388,0.637763,0.571752,0.507736,0.451702,0.408792,0.379328,0.361338,0.353008],"measured_loss":[1.76836,1.70537,1.5688,1.34726,1.07218,0.813741,0.640202,0.569248,0.549673,0.534957,0.513848,0.489195,0.465292,0.445173,0.429833,0.419221,0.41246,0.408671,0.406982,0.406556],"train_score":[0.555556,0.555556,0.555556,0.666667,0.666667,0.666667,0.666667,0.777778,0.777778,0.777778,0.777778,0.777778,0.777778,0.777778,0.777778,0.777778,0.777778,0.888889,0.888889,0.888889],"gradient_norms":{"2.weight":[0.507433,0.502827,0.493916,0.472494,0.430828,0.366479,0.274625,0.163715,0.133158,0.174233,0.211296,0.210073,0.197723,0.179589,0.161049,0.144028,0.130701,0.121421,0.115634,0.113021],"2.bias":[0.408138,0.398431,0.383663,0.34861,0.297348,0.230525,0.17588,0.186053,0.241486,0.276312,0.293273,0.28177,0.260855,0.233534,0.211664,0.192124,0.177839,0.168006,0.16109,0.15781],"1.weight":[1.60389,1.5918,1.56835,1.51164,1.39885,1.20337,0.890047,0.488272,0.37459,0.50917,0.565554,0.556328,0.514912,0.460923,0.406548,0.359253,0.322733,0.297679,0.282871,0.276028],"1.bias":[0.272155,0.267488,0.258503,0.237262,0.196955,0.133127,0.0447174,0.0619973,0.15274,0.199094,0.210096,0.202116,0.185652,0.166312,0.147565,0.131592,0.119349,0.110942,0.105961,0.10366]}}');
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
INSERT INTO solutions VALUES(1,'each times 2','fbd8bcf58180','(lambda (map (lambda (+ $0 $0)) $0))','(lambda (map (lambda (+ $0 $0)) $0))',1,'{"accuracy":1.0,"error":0.0,"distance":0.0,"confidence":0.9336}',12964,0.36900935399989975849,NULL,1795767302.0344283581,'c62ef404c3301cc0d1a707edb01dc7634324a110fc7b0d2a1bbad66c3b4a2d01');
INSERT INTO solutions VALUES(2,'each squared','337c0a735265','(lambda (map (lambda (* $0 $0)) $0))','(lambda (map (lambda (* $0 $0)) $0))',1,'{"accuracy":1.0,"error":0.0,"distance":0.0,"confidence":0.9336}',12967,0.38952526499997475184,NULL,1795767302.4324505329,'f538fcd2814ba2dc49f107203d1f7212561d8d42241c7ed80184f5f28b7e1e35');
INSERT INTO solutions VALUES(3,'each plus 1','d0b1f6c6891d','(lambda (map (lambda (+ $0 1)) $0))','(lambda (map (lambda (+ $0 1)) $0))',1,'{"accuracy":1.0,"error":0.0,"distance":0.0,"confidence":0.9389}',34891,0.84674269800007095909,NULL,1795767303.8568906783,'c69523591e2c53dd4da44a3c49ef77b43aefe7f182852d5c13ba69246423f912');
INSERT INTO solutions VALUES(4,'each plus 2','50811d54fa72','(lambda (map (lambda (+ $0 2)) $0))','(lambda (map (lambda (+ $0 2)) $0))',1,'{"accuracy":1.0,"error":0.0,"distance":0.0,"confidence":0.9371}',35173,0.97037084900011905119,NULL,1795767304.9062542915,'e30f03cedf114873d09de0a2fd7a600431bfb07a2c7ada2b9d71ce5edc4a393f');
INSERT INTO solutions VALUES(5,'each plus 1','d0b1f6c6891d','(map_add@a3e585818af3 1)','((lambda (lambda (map (lambda (+ $0 $2)) $0))) 1)',1,'{"accuracy":1.0,"error":0.0,"distance":0.0,"confidence":0.9389}',34891,0.84674269800007095909,NULL,1795767304.9996089935,'c3ee13b6087e0472fa0b3c6733d0e30669843faef5410f4d64efbebdf9295803');
INSERT INTO solutions VALUES(6,'each plus 2','50811d54fa72','(map_add@a3e585818af3 2)','((lambda (lambda (map (lambda (+ $0 $2)) $0))) 2)',1,'{"accuracy":1.0,"error":0.0,"distance":0.0,"confidence":0.9371}',35173,0.97037084900011905119,NULL,1795767304.9998056888,'61651e439ab9550bb184616ba87140f9f97062cacb3c275f957fc8226a79b85f');
INSERT INTO solutions VALUES(7,'each negated','5aa18c381d7e','(lambda (map (lambda (- 0 $0)) $0))','(lambda (map (lambda (- 0 $0)) $0))',1,'{"accuracy":1.0,"error":0.0,"distance":0.0,"confidence":0.9389}',34365,0.89124896199996328505,NULL,1795767305.9103417397,'370bf3c86a640604f54bd0c458ed7306a59bbde1d762cdd678bce8b8060d41e0');
INSERT INTO solutions VALUES(8,'total of squares','50a117b792af','(lambda (sum (map (lambda (* $0 $0)) $0)))','(lambda (sum (map (lambda (* $0 $0)) $0)))',1,'{"accuracy":1.0,"error":0.0,"distance":0.0,"confidence":0.8974}',18360,1.1336169229998631635,NULL,1795767307.1311426163,'f6fbb5d5b8eff15f3959895283cf64ecd4b1e4dba55caaefb45ce2ce68ffcd80');
INSERT INTO solutions VALUES(9,'points','4c21ce1286fb','(lambda (dense :units 2 @1 (relu (dense :units 36 @2 (relu $0)))))','(lambda (dense :units 2 @1 (relu (dense :units 36 @2 (relu $0)))))',NULL,'{"accuracy":0.8888888888888888,"error":0.11111111111111116,"cross_entropy":0.25428725374407246}',1,0.19803500799980611191,'16096db9149310b88e290e88c2724a29d7b9a714a2d293e53e6bdf56ab3d79e1',1795767312.93684268,'19e4778bf9e34dafb939377eef9538ad4ec9b07a5d395fb59313d79fd845e336');
INSERT INTO solutions VALUES(10,'total of doubles','2a9022b9d510','(lambda (* 2 (sum $0)))','(lambda (* 2 (sum $0)))',1,'{"accuracy":1.0,"error":0.0,"distance":0.0,"confidence":0.9213}',3631,0.74754026400000839203,NULL,1795767313.9431307315,'18dce4ab2e46863004918c80a9da4a978fd78f2c429120816ebfa4c892170b18');
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
INSERT INTO subroutines VALUES('map_add','a3e585818af35762fc77d137817884416840c830c3bbe44165322eb2f24d6ab6','Num a => a -> list(a) -> list(a)','algorithmic','(lambda (lambda (map (lambda (+ $0 $2)) $0)))',NULL,'active','{"found_by":"compression","tasks":["each plus 1","each plus 2"],"runs":["50811d54fa72","d0b1f6c6891d"],"expanded":"(lambda (lambda (map (lambda (+ $0 $2)) $0)))","uses":2,"saved":2.0,"unit":"symbols"}',2.0,1795767304.996015787,'Num a => a -> list(a) -> list(a), (lambda (x xs) (map (lambda (y) (+ y x)) xs))','map_add','a3e585818af35762fc77d137817884416840c830c3bbe44165322eb2f24d6ab6');
INSERT INTO subroutines VALUES('points_net','38effae9b28ed8164a3f97a1d0c1308fd0d65e63b68b141ec761597f1194aa6f','Tensor[2] -> Tensor[2]','geometric','(lambda (dense :units 2 @1 (relu (dense :units 36 @2 (relu $0)))))','16096db9149310b88e290e88c2724a29d7b9a714a2d293e53e6bdf56ab3d79e1','active','{"found_by":"training","tasks":["points"],"runs":["4c21ce1286fb"],"expanded":"(lambda (dense :units 2 @1 (relu (dense :units 36 @2 (relu $0)))))","metric":"accuracy","score":0.8888888888888888,"parameters":182,"preprocessing":{"shape":[2],"inputs":{"offset":[0.013888888888888923,0.17194444444444454],"scale":[0.9592424029693021,0.8849884476472762]},"target":null,"label_names":["left","right"],"columns":[["a",null],["b",null]],"dtype":"float32"}}',0.0,1795767312.9411380291,'Tensor[2] -> Tensor[2], trained on points (accuracy 0.8889 on validation data), (lambda (x) (pipe x relu (dense :units 36 @2) relu (dense :units 2 @1)))','points_net','38effae9b28ed8164a3f97a1d0c1308fd0d65e63b68b141ec761597f1194aa6f');
CREATE TABLE uses (
	subroutine VARCHAR(200) NOT NULL, 
	task VARCHAR(200) NOT NULL, 
	run VARCHAR(200) NOT NULL, 
	PRIMARY KEY (subroutine, task, run)
)
 WITHOUT ROWID

;
INSERT INTO uses VALUES('38effae9b28ed8164a3f97a1d0c1308fd0d65e63b68b141ec761597f1194aa6f','points','4c21ce1286fb');
INSERT INTO uses VALUES('a3e585818af35762fc77d137817884416840c830c3bbe44165322eb2f24d6ab6','each plus 1','d0b1f6c6891d');
INSERT INTO uses VALUES('a3e585818af35762fc77d137817884416840c830c3bbe44165322eb2f24d6ab6','each plus 2','50811d54fa72');
CREATE TABLE changes (
	sequence INTEGER NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	digest VARCHAR(200) NOT NULL, 
	action VARCHAR(200) NOT NULL, 
	time DOUBLE NOT NULL, 
	evidence TEXT NOT NULL, 
	PRIMARY KEY (sequence)
);
INSERT INTO changes VALUES(1,'map_add','a3e585818af35762fc77d137817884416840c830c3bbe44165322eb2f24d6ab6','promoted',1795767305.0034301281,'{"reasons":["used by 2 tasks","shortens the corpus by 2 symbols","has the type Num a => a -> list(a) -> list(a)","the programs of 2 tasks give the same outputs with it"],"tasks":["each plus 1","each plus 2"],"saved":2.0,"reproduced":{"each plus 1":true,"each plus 2":true}}');
INSERT INTO changes VALUES(2,'points_net','38effae9b28ed8164a3f97a1d0c1308fd0d65e63b68b141ec761597f1194aa6f','promoted',1795767312.9501948356,'{"reasons":["solves its task on validation data: score=0.888889, needed 0.85","its stored weights do no worse (0.888889)"],"score":0.8888888888888888,"again":0.8888888888888888}');
CREATE TABLE snapshots (
	digest VARCHAR(200) NOT NULL, 
	words TEXT NOT NULL, 
	PRIMARY KEY (digest)
);
INSERT INTO snapshots VALUES('4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945','[]');
INSERT INTO snapshots VALUES('fad223b62889686cb4e8e289227368d8105766f7b50ef6cbfdbe268b390d0a18','[["map_add","a3e585818af35762fc77d137817884416840c830c3bbe44165322eb2f24d6ab6"]]');
INSERT INTO snapshots VALUES('6cd85bce60661c8108850e5c923036ab83e7543f50df1a3988f9f33b8add6d89','[["map_add","a3e585818af35762fc77d137817884416840c830c3bbe44165322eb2f24d6ab6"],["points_net","38effae9b28ed8164a3f97a1d0c1308fd0d65e63b68b141ec761597f1194aa6f"]]');
CREATE INDEX ix_runs_task ON runs (task);
CREATE INDEX evaluations_by_key ON evaluations ("key", sequence);
CREATE INDEX evaluations_by_score ON evaluations (run, score, ask);
CREATE INDEX ix_solutions_task ON solutions (task);
CREATE INDEX ix_solutions_run ON solutions (run);
CREATE INDEX ix_subroutines_digest ON subroutines (digest);
CREATE INDEX ix_changes_name ON changes (name);
COMMIT;
