BEGIN TRANSACTION;
CREATE TABLE entries (
	number INTEGER NOT NULL, 
	previous TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	run TEXT NOT NULL, 
	recorded_at TEXT NOT NULL, 
	recorded_by TEXT NOT NULL, 
	software TEXT NOT NULL, 
	offer TEXT, 
	name TEXT, 
	year INTEGER, 
	rulebook TEXT, 
	version TEXT, 
	verdict TEXT, 
	outcome TEXT, 
	basis TEXT, 
	content_digest TEXT NOT NULL, 
	place TEXT, 
	superset TEXT, 
	checksums TEXT NOT NULL, 
	execution TEXT, 
	content TEXT NOT NULL, 
	document TEXT, 
	PRIMARY KEY (number)
);
INSERT INTO "entries" VALUES(1,'0c68b06cbac1ff79dfe07e70207ecda2540c1fb1d6d189d8fbff4311b9168ffc','d867787b8aaf3eac1bea106efe440aaf9b65d027f3e54fcd902e3fcc16306970','decision','7eafbd6afdab','2026-11-27T06:21:35.441596Z','auditor','sekskant 0.1.0','aaparken','Åparken',2018,'hovedstaden.udviklingsstrategi','2018','undetermined','undetermined','four_of_six','3733c01b3ae9448541187b3dec0313690f70bb90199f7defc57d21aa09d9df10','offers.yaml:1:1',NULL,'83dcefb7 3b8cbd2b 84acbe48 3e345032 1d5433c8 ce48caad 3b2785ab cce6f44a d36196bf b152b58a abf5a4ea b152b58a 8b886a4a 8b886a4a b23ee43c fb5983f e2a0d106 - d40812dd c4e61b7a a7d83deb','{"checked_by":"reference","engine":"durable-rules 2.0.28","fired":["A1.unknown","A2.functional_impairments.not_met","A2.diagnoses.not_met","A2.extensive_limitations.unknown","A3.unknown","A4.unknown","A5.measure.unknown","A5.exempt.operator_kind.not_met","A5.exempt.agreement_kind.not_met","A5.away.not_applicable","A6.met","excluded_by_order.not_met","included_by_order.not_met","A2.unknown","A5.exempt.not_met","A5.unknown","four_of_six.unknown","basis.excluded_by_order.not_met","excluded_by_order.absent.met","included_by_order.absent.met","included_by_order.verdict.met","excluded_by_order.verdict.not_met","four_of_six.counted.unknown","basis.included_by_order.not_met","basis.four_of_six.met","verdict.from.included_by_order.unknown","verdict.from.excluded_by_order.unknown","verdict.unknown"],"remembered":false}','{"attention":[],"basis":"four_of_six","criteria":[{"because":null,"decisive":false,"departs":false,"id":"A1","judgement":null,"measure":null,"possible":["not_met","met"],"reference":"afsnit 2, kriterium 1","reservation":null,"status":"unknown","tests":[{"as_of":"2017","evidence":{},"fact":"cases_per_10000","margin":null,"source":"udviklingsstrategi 2018","state":"known","status":"unknown","test":"at_most","threshold":"10"}],"title":"Lille volumen"},{"because":null,"decisive":false,"departs":false,"id":"A2","judgement":null,"measure":null,"possible":["not_met","met"],"reference":"afsnit 2, kriterium 2","reservation":null,"status":"unknown","tests":[{"evidence":{"exactly":"0"},"fact":"functional_impairments","margin":"-3","state":"known","status":"not_met","test":"at_least","threshold":"3"},{"evidence":{"exactly":"0"},"fact":"diagnoses","margin":"-2","state":"known","status":"not_met","test":"at_least","threshold":"2"},{"evidence":null,"fact":"extensive_limitations","margin":null,"state":"not_stated","status":"unknown","test":"at_least","threshold":"3"}],"title":"Sværhedsgrad eller flerhed"},{"because":null,"decisive":false,"departs":false,"id":"A3","judgement":null,"measure":null,"possible":["not_met","met"],"reference":"afsnit 2, kriterium 3","reservation":null,"status":"unknown","tests":[{"answers":["yes"],"evidence":null,"fact":"large_catchment_needed","margin":null,"state":"not_stated","status":"unknown","test":"in"}],"title":"Stort optageområde"},{"because":null,"decisive":false,"departs":false,"id":"A4","judgement":null,"measure":null,"possible":["not_met","met"],"reference":"afsnit 2, kriterium 4","reservation":null,"status":"unknown","tests":[{"answers":["yes"],"evidence":null,"fact":"professional_coordination_needed","margin":null,"state":"not_stated","status":"unknown","test":"in"}],"title":"Faglig koordinering"},{"because":null,"decisive":false,"departs":false,"id":"A5","judgement":null,"measure":null,"not_applicable":{"tests":[{"answers":["region"],"evidence":{"answer":"municipality"},"fact":"operator_kind","margin":null,"state":"known","status":"not_met","test":"in"},{"answers":["region"],"evidence":{"answer":"none"},"fact":"agreement_kind","margin":null,"state":"known","status":"not_met","test":"in"}],"when":"not_met"},"possible":["not_met","met"],"reference":"afsnit 2, kriterium 5","reservation":null,"status":"unknown","tests":[{"evidence":{"above":"1/6","derived_from":{"2014":{},"2015":{"at_least":"0.5"},"2016":{"unknown":true}}},"fact":"outside_share_mean","margin":null,"state":"known","status":"unknown","test":"at_least","threshold":"0.5"}],"title":"Organisatorisk koordinering"},{"because":"Praksis følger de nationale retningslinjer.","decisive":false,"departs":false,"id":"A6","judgement":null,"measure":null,"possible":["met"],"reference":"afsnit 2, kriterium 6","reservation":null,"status":"met","tests":[{"answers":["yes"],"because":"Praksis følger de nationale retningslinjer.","by":"task force","date":"2017-05-01","evidence":{"answer":"yes"},"fact":"highly_specialised_basis","margin":null,"state":"known","status":"met","test":"in"}],"title":"Højt specialiseret grundlag"}],"format":"sekskant/decision/1","grounds":[],"missing":{"met":[["A1","A4","A5"],["A2","A4","A5"],["A3","A4","A5"]],"not_met":[["A4"],["A5"],["A1","A2","A3"]]},"notes":[],"offer":"aaparken","outcome":"undetermined","overrides":[{"id":"excluded_by_order","legal_basis":"bekendtgørelsens afgrænsning af, hvad udviklingsstrategien omfatter","reference":"afsnit 2, listen over tilbud, der ikke er omfattet","status":"not_met","tests":[{"answers":["alcohol_treatment","assistive_devices","special_dental_care"],"evidence":{"answer":"social"},"fact":"service_type","margin":null,"state":"known","status":"not_met","test":"in"}],"title":"Undtaget efter bekendtgørelsen","verdict":"not_met"},{"id":"included_by_order","legal_basis":"bekendtgørelsens regel om, at alle tilbud, som regionen driver, er med","reference":"afsnit 2, indledningen","status":"not_met","tests":[{"answers":["region"],"evidence":{"answer":"municipality"},"fact":"operator_kind","margin":null,"state":"known","status":"not_met","test":"in"}],"title":"Medtaget efter bekendtgørelsen","verdict":"met"}],"possible_bases":["four_of_six"],"published":[],"rulebook":{"id":"hovedstaden.udviklingsstrategi","sha256":"3a5c19f5c616fda0f49e33283f5f0adb884b8a4605fea34fa7c99642e97a955a","version":"2018","vocabulary":{"id":"hovedstaden","sha256":"b557f02795b517604e950a980da67404847458cb587efb7415007c060b21ecb3"}},"smallest_change":[],"verdict":"undetermined","year":2018}','{"format":"sekskant/offer/1","id":"aaparken","name":"Åparken","operator":{"name":"Gentofte Kommune","kind":"municipality","code":"157"},"service_type":"social","evidence":{"cases_per_10000":{"above":0,"source":"udviklingsstrategi 2018","as_of":"2017"},"outside_share":{"2014":{"above":0},"2015":{"at_least":0.5},"2016":"unknown"},"severe_complexities":{"at_least":4,"stated_as":"finding"},"functional_impairments":0,"diagnoses":{"at_most":0},"highly_specialised_basis":{"answer":"yes","because":"Praksis følger de nationale retningslinjer.","by":"task force","date":"2017-05-01"},"no_alternative_in_region":"yes"}}');
INSERT INTO "entries" VALUES(2,'d867787b8aaf3eac1bea106efe440aaf9b65d027f3e54fcd902e3fcc16306970','e02c8747ae3a483a06a302e716b75df06ef6ac3940e2c3291027c29a634b2dfe','decision','7eafbd6afdab','2026-11-27T06:21:35.441596Z','auditor','sekskant 0.1.0','aaparken','Åparken',2018,'hovedstaden.mest-specialiserede','2018','undetermined','undetermined','five_of_six','bc07a54f48335aa67e9173270a1d0e7d51aa499172180341ec1b316464b3c26a','offers.yaml:1:1','{"id":"hovedstaden.udviklingsstrategi","sha256":"3a5c19f5c616fda0f49e33283f5f0adb884b8a4605fea34fa7c99642e97a955a","version":"2018","vocabulary":{"id":"hovedstaden","sha256":"b557f02795b517604e950a980da67404847458cb587efb7415007c060b21ecb3"}}','1ad5be0d 307fdde3 84acbe48 3e345032 1d5433c8 ce48caad 3b2785ab cce6f44a d36196bf b152b58a 7b6599cd b152b58a 8b886a4a 8b886a4a f0d3908c ebb9244 e2a0d106 27b0b972 4c4518da e5f59253 a7d83deb','{"checked_by":"reference","engine":"durable-rules 2.0.28","fired":["B1.measure.unknown","B1.judged.not_met","B1.judgement.unknown","B2.met","B3.unknown","B4.met","B5.unknown","B6.special_physical_settings.unknown","B6.special_competencies.unknown","B6.advanced_welfare_technology.unknown","B1.unknown","B6.unknown","five_of_six.unknown","basis.five_of_six.met","five_of_six.counted.unknown","verdict.unknown"],"remembered":false}','{"attention":[],"basis":"five_of_six","criteria":[{"because":null,"decisive":false,"departs":false,"id":"B1","judgement":null,"measure":"unknown","possible":["not_met","met"],"reference":"afsnit 3, kriterium 1","reservation":null,"status":"unknown","tests":[{"as_of":"2017","evidence":{},"fact":"cases_per_10000","margin":null,"source":"udviklingsstrategi 2018","state":"known","status":"unknown","test":"at_most","threshold":"0.5"},{"answers":["yes"],"evidence":null,"fact":"volume_judgement","margin":null,"state":"not_stated","status":"unknown","test":"in"}],"title":"Volumen"},{"because":null,"decisive":false,"departs":false,"id":"B2","judgement":null,"measure":null,"possible":["met"],"reference":"afsnit 3, kriterium 2","reservation":null,"status":"met","tests":[{"evidence":{"at_least":"4"},"fact":"severe_complexities","margin":"0","state":"known","stated_as":"finding","status":"met","test":"at_least","threshold":"4"}],"title":"Kompleksitet"},{"because":null,"decisive":false,"departs":false,"id":"B3","judgement":null,"measure":null,"possible":["not_met","met"],"reference":"afsnit 3, kriterium 3","reservation":null,"status":"unknown","tests":[{"answers":["yes"],"evidence":null,"fact":"self_supply_needed","margin":null,"state":"not_stated","status":"unknown","test":"in"}],"title":"Selvforsyning i regionen"},{"because":null,"decisive":false,"departs":false,"id":"B4","judgement":null,"measure":null,"possible":["met"],"reference":"afsnit 3, kriterium 4","reservation":null,"status":"met","tests":[{"answers":["yes"],"evidence":{"answer":"yes"},"fact":"no_alternative_in_region","margin":null,"state":"known","status":"met","test":"in"}],"title":"Intet alternativ"},{"because":null,"decisive":false,"departs":false,"id":"B5","judgement":null,"measure":null,"possible":["not_met","met"],"reference":"afsnit 3, kriterium 5","reservation":null,"status":"unknown","tests":[{"answers":["yes"],"evidence":null,"fact":"whole_region_catchment_needed","margin":null,"state":"not_stated","status":"unknown","test":"in"}],"title":"Optageområde"},{"because":null,"decisive":false,"departs":false,"id":"B6","judgement":null,"measure":null,"possible":["not_met","met"],"reference":"afsnit 3, kriterium 6","reservation":null,"status":"unknown","tests":[{"answers":["yes"],"evidence":null,"fact":"special_physical_settings","margin":null,"state":"not_stated","status":"unknown","test":"in"},{"answers":["yes"],"evidence":null,"fact":"special_competencies","margin":null,"state":"not_stated","status":"unknown","test":"in"},{"answers":["yes"],"evidence":null,"fact":"advanced_welfare_technology","margin":null,"state":"not_stated","status":"unknown","test":"in"}],"title":"Særlige midler"}],"format":"sekskant/decision/1","grounds":[],"missing":{"met":[["B1","B3","B5"],["B1","B3","B6"],["B1","B5","B6"],["B3","B5","B6"]],"not_met":[["B1","B3"],["B1","B5"],["B1","B6"],["B3","B5"],["B3","B6"],["B5","B6"]]},"notes":[{"code":"without_reason","facts":["no_alternative_in_region"]}],"offer":"aaparken","outcome":"undetermined","overrides":[],"possible_bases":["five_of_six"],"published":[],"rulebook":{"id":"hovedstaden.mest-specialiserede","sha256":"5a3c92f68bf73fb2dc2e5ffc0f19be22aef2b53a8c1eaf3a9237bd589af03360","version":"2018","vocabulary":{"id":"hovedstaden","sha256":"b557f02795b517604e950a980da67404847458cb587efb7415007c060b21ecb3"}},"smallest_change":[],"verdict":"undetermined","year":2018}','{"format":"sekskant/offer/1","id":"aaparken","name":"Åparken","operator":{"name":"Gentofte Kommune","kind":"municipality","code":"157"},"service_type":"social","evidence":{"cases_per_10000":{"above":0,"source":"udviklingsstrategi 2018","as_of":"2017"},"outside_share":{"2014":{"above":0},"2015":{"at_least":0.5},"2016":"unknown"},"severe_complexities":{"at_least":4,"stated_as":"finding"},"functional_impairments":0,"diagnoses":{"at_most":0},"highly_specialised_basis":{"answer":"yes","because":"Praksis følger de nationale retningslinjer.","by":"task force","date":"2017-05-01"},"no_alternative_in_region":"yes"}}');
INSERT INTO "entries" VALUES(3,'e02c8747ae3a483a06a302e716b75df06ef6ac3940e2c3291027c29a634b2dfe','1642e8dae5f6804987406a18ef3fc5aee9cafa760fef18e214ae2d3f60facaf2','decision','7eafbd6afdab','2026-11-27T06:21:35.441596Z','auditor','sekskant 0.1.0','bakken','Bakken',2018,'hovedstaden.udviklingsstrategi','2018','met','covered','included_by_order','2c9a64565e7153d95cad294c810cf949128a2f41ff885379262f1bf58ac369cb','offers.yaml:15:1',NULL,'6dd28e9b 6e1013cf 84acbe48 3e345032 1d5433c8 ce48caad 3b2785ab 4a89d671 4d25d347 b152b58a abf5a4ea b152b58a f0acaba6 a1daa04a ca120c72 5ce0d683 82f574a5 - 8c222f2a cac0479e 9e93621c','{"checked_by":"reference","engine":"durable-rules 2.0.28","fired":["A1.met","A2.functional_impairments.unknown","A2.diagnoses.met","A2.extensive_limitations.unknown","A3.unknown","A4.unknown","A5.measure.met","A5.exempt.operator_kind.met","A5.exempt.agreement_kind.not_met","A5.away.not_applicable","A6.unknown","excluded_by_order.not_met","included_by_order.met","A2.met","A5.exempt.met","A5.not_applicable","four_of_six.unknown","basis.excluded_by_order.not_met","excluded_by_order.absent.met","included_by_order.absent.not_met","included_by_order.verdict.met","excluded_by_order.verdict.not_met","four_of_six.counted.unknown","basis.included_by_order.met","basis.four_of_six.not_met","verdict.from.included_by_order.met","verdict.from.excluded_by_order.met","verdict.met"],"remembered":false}','{"attention":["Venteliste siden 2016."],"basis":"included_by_order","criteria":[{"because":null,"decisive":false,"departs":false,"id":"A1","judgement":null,"measure":null,"possible":["met"],"reference":"afsnit 2, kriterium 1","reservation":null,"status":"met","tests":[{"evidence":{"exactly":"0.5"},"fact":"cases_per_10000","margin":"9.5","state":"known","status":"met","test":"at_most","threshold":"10"}],"title":"Lille volumen"},{"because":null,"decisive":false,"departs":false,"id":"A2","judgement":null,"measure":null,"possible":["met"],"reference":"afsnit 2, kriterium 2","reservation":null,"status":"met","tests":[{"evidence":null,"fact":"functional_impairments","margin":null,"state":"not_stated","status":"unknown","test":"at_least","threshold":"3"},{"evidence":{"at_least":"3","at_most":"8"},"fact":"diagnoses","margin":"1","state":"known","status":"met","test":"at_least","threshold":"2"},{"evidence":null,"fact":"extensive_limitations","margin":null,"state":"not_stated","status":"unknown","test":"at_least","threshold":"3"}],"title":"Sværhedsgrad eller flerhed"},{"because":null,"decisive":false,"departs":false,"id":"A3","judgement":null,"measure":null,"possible":["not_met","met"],"reference":"afsnit 2, kriterium 3","reservation":null,"status":"unknown","tests":[{"answers":["yes"],"evidence":null,"fact":"large_catchment_needed","margin":null,"state":"not_stated","status":"unknown","test":"in"}],"title":"Stort optageområde"},{"because":null,"decisive":false,"departs":false,"id":"A4","judgement":null,"measure":null,"possible":["not_met","met"],"reference":"afsnit 2, kriterium 4","reservation":null,"status":"unknown","tests":[{"answers":["yes"],"evidence":null,"fact":"professional_coordination_needed","margin":null,"state":"not_stated","status":"unknown","test":"in"}],"title":"Faglig koordinering"},{"because":null,"decisive":false,"departs":false,"id":"A5","judgement":null,"measure":null,"not_applicable":{"tests":[{"answers":["region"],"evidence":{"answer":"region"},"fact":"operator_kind","margin":null,"state":"known","status":"met","test":"in"},{"answers":["region"],"evidence":{"answer":"none"},"fact":"agreement_kind","margin":null,"state":"known","status":"not_met","test":"in"}],"when":"met"},"possible":["not_applicable"],"reference":"afsnit 2, kriterium 5","reservation":null,"status":"not_applicable","tests":[{"evidence":{"derived_from":{"2014":{"exactly":"0.61"},"2015":{"exactly":"0.5"},"2016":{"exactly":"0.4"}},"exactly":"151/300"},"fact":"outside_share_mean","margin":"1/300","state":"known","status":"met","test":"at_least","threshold":"0.5"}],"title":"Organisatorisk koordinering"},{"because":null,"decisive":false,"departs":false,"id":"A6","judgement":null,"measure":null,"possible":["not_met","met"],"reference":"afsnit 2, kriterium 6","reservation":null,"status":"unknown","tests":[{"answers":["yes"],"evidence":null,"fact":"highly_specialised_basis","margin":null,"state":"not_stated","status":"unknown","test":"in"}],"title":"Højt specialiseret grundlag"}],"format":"sekskant/decision/1","grounds":[["excluded_by_order","included_by_order"]],"missing":{"met":[],"not_met":[]},"notes":[],"offer":"bakken","outcome":"covered","overrides":[{"id":"excluded_by_order","legal_basis":"bekendtgørelsens afgrænsning af, hvad udviklingsstrategien omfatter","reference":"afsnit 2, listen over tilbud, der ikke er omfattet","status":"not_met","tests":[{"answers":["alcohol_treatment","assistive_devices","special_dental_care"],"evidence":{"answer":"social"},"fact":"service_type","margin":null,"state":"known","status":"not_met","test":"in"}],"title":"Undtaget efter bekendtgørelsen","verdict":"not_met"},{"id":"included_by_order","legal_basis":"bekendtgørelsens regel om, at alle tilbud, som regionen driver, er med","reference":"afsnit 2, indledningen","status":"met","tests":[{"answers":["region"],"evidence":{"answer":"region"},"fact":"operator_kind","margin":null,"state":"known","status":"met","test":"in"}],"title":"Medtaget efter bekendtgørelsen","verdict":"met"}],"possible_bases":["included_by_order"],"published":[],"rulebook":{"id":"hovedstaden.udviklingsstrategi","sha256":"3a5c19f5c616fda0f49e33283f5f0adb884b8a4605fea34fa7c99642e97a955a","version":"2018","vocabulary":{"id":"hovedstaden","sha256":"b557f02795b517604e950a980da67404847458cb587efb7415007c060b21ecb3"}},"smallest_change":[["excluded_by_order"]],"verdict":"met","year":2018}','{"format":"sekskant/offer/1","id":"bakken","name":"Bakken","operator":{"name":"Region Hovedstaden","kind":"region"},"service_type":"social","evidence":{"cases_per_10000":0.5,"volume_judgement":{"answer":"no","because":"Målgruppen er bredere end tallet viser."},"outside_share":{"2014":0.61,"2015":0.5,"2016":0.4},"diagnoses":{"above":2,"below":9},"severe_complexities":1,"self_supply_needed":{"answer":"no","because":"Flere kommuner driver selv tilbud.","reservation":"Ikke undersøgt i år."}},"attention":["Venteliste siden 2016."]}');
INSERT INTO "entries" VALUES(4,'1642e8dae5f6804987406a18ef3fc5aee9cafa760fef18e214ae2d3f60facaf2','f6595cb382170d0fd1fc9cefc50852158bb94ce5b7d4b7b1c3faffcb70c8774a','decision','7eafbd6afdab','2026-11-27T06:21:35.441596Z','auditor','sekskant 0.1.0','bakken','Bakken',2018,'hovedstaden.mest-specialiserede','2018','not_met','not_most_specialised','five_of_six','3f27ab3e72e2697a7a28c844cc0df733616504072b5d1650670f2b7bc02382df','offers.yaml:15:1','{"id":"hovedstaden.udviklingsstrategi","sha256":"3a5c19f5c616fda0f49e33283f5f0adb884b8a4605fea34fa7c99642e97a955a","version":"2018","vocabulary":{"id":"hovedstaden","sha256":"b557f02795b517604e950a980da67404847458cb587efb7415007c060b21ecb3"}}','f3b61b38 f2704fe9 84acbe48 3e345032 1d5433c8 ce48caad 3b2785ab 4a89d671 4d25d347 b152b58a 7b6599cd b152b58a 2f967e06 c1ef6539 f0d3908c d1f59793 82f574a5 27b0b972 4ef61c57 b8cd599e 9e93621c','{"checked_by":"reference","engine":"durable-rules 2.0.28","fired":["B1.measure.met","B1.judged.met","B1.judgement.not_met","B2.not_met","B3.not_met","B4.unknown","B5.unknown","B6.special_physical_settings.unknown","B6.special_competencies.unknown","B6.advanced_welfare_technology.unknown","B1.not_met","B6.unknown","five_of_six.not_met","basis.five_of_six.met","five_of_six.counted.not_met","verdict.not_met"],"remembered":false}','{"attention":["Venteliste siden 2016."],"basis":"five_of_six","criteria":[{"because":"Målgruppen er bredere end tallet viser.","decisive":false,"departs":true,"id":"B1","judgement":"not_met","measure":"met","possible":["not_met"],"reference":"afsnit 3, kriterium 1","reservation":null,"status":"not_met","tests":[{"evidence":{"exactly":"0.5"},"fact":"cases_per_10000","margin":"0","state":"known","status":"met","test":"at_most","threshold":"0.5"},{"answers":["yes"],"because":"Målgruppen er bredere end tallet viser.","evidence":{"answer":"no"},"fact":"volume_judgement","margin":null,"state":"known","status":"not_met","test":"in"}],"title":"Volumen"},{"because":null,"decisive":false,"departs":false,"id":"B2","judgement":null,"measure":null,"possible":["not_met"],"reference":"afsnit 3, kriterium 2","reservation":null,"status":"not_met","tests":[{"evidence":{"exactly":"1"},"fact":"severe_complexities","margin":"-3","state":"known","status":"not_met","test":"at_least","threshold":"4"}],"title":"Kompleksitet"},{"because":"Flere kommuner driver selv tilbud.","decisive":false,"departs":false,"id":"B3","judgement":null,"measure":null,"possible":["not_met"],"reference":"afsnit 3, kriterium 3","reservation":"Ikke undersøgt i år.","status":"not_met","tests":[{"answers":["yes"],"because":"Flere kommuner driver selv tilbud.","evidence":{"answer":"no"},"fact":"self_supply_needed","margin":null,"reservation":"Ikke undersøgt i år.","state":"known","status":"not_met","test":"in"}],"title":"Selvforsyning i regionen"},{"because":null,"decisive":false,"departs":false,"id":"B4","judgement":null,"measure":null,"possible":["not_met","met"],"reference":"afsnit 3, kriterium 4","reservation":null,"status":"unknown","tests":[{"answers":["yes"],"evidence":null,"fact":"no_alternative_in_region","margin":null,"state":"not_stated","status":"unknown","test":"in"}],"title":"Intet alternativ"},{"because":null,"decisive":false,"departs":false,"id":"B5","judgement":null,"measure":null,"possible":["not_met","met"],"reference":"afsnit 3, kriterium 5","reservation":null,"status":"unknown","tests":[{"answers":["yes"],"evidence":null,"fact":"whole_region_catchment_needed","margin":null,"state":"not_stated","status":"unknown","test":"in"}],"title":"Optageområde"},{"because":null,"decisive":false,"departs":false,"id":"B6","judgement":null,"measure":null,"possible":["not_met","met"],"reference":"afsnit 3, kriterium 6","reservation":null,"status":"unknown","tests":[{"answers":["yes"],"evidence":null,"fact":"special_physical_settings","margin":null,"state":"not_stated","status":"unknown","test":"in"},{"answers":["yes"],"evidence":null,"fact":"special_competencies","margin":null,"state":"not_stated","status":"unknown","test":"in"},{"answers":["yes"],"evidence":null,"fact":"advanced_welfare_technology","margin":null,"state":"not_stated","status":"unknown","test":"in"}],"title":"Særlige midler"}],"format":"sekskant/decision/1","grounds":[["B1","B2"],["B1","B3"],["B2","B3"]],"missing":{"met":[],"not_met":[]},"notes":[],"offer":"bakken","outcome":"not_most_specialised","overrides":[],"possible_bases":["five_of_six"],"published":[],"rulebook":{"id":"hovedstaden.mest-specialiserede","sha256":"5a3c92f68bf73fb2dc2e5ffc0f19be22aef2b53a8c1eaf3a9237bd589af03360","version":"2018","vocabulary":{"id":"hovedstaden","sha256":"b557f02795b517604e950a980da67404847458cb587efb7415007c060b21ecb3"}},"smallest_change":[["B1","B2","B3","B4","B5"],["B1","B2","B3","B4","B6"],["B1","B2","B3","B5","B6"],["B1","B2","B4","B5","B6"],["B1","B3","B4","B5","B6"],["B2","B3","B4","B5","B6"]],"verdict":"not_met","year":2018}','{"format":"sekskant/offer/1","id":"bakken","name":"Bakken","operator":{"name":"Region Hovedstaden","kind":"region"},"service_type":"social","evidence":{"cases_per_10000":0.5,"volume_judgement":{"answer":"no","because":"Målgruppen er bredere end tallet viser."},"outside_share":{"2014":0.61,"2015":0.5,"2016":0.4},"diagnoses":{"above":2,"below":9},"severe_complexities":1,"self_supply_needed":{"answer":"no","because":"Flere kommuner driver selv tilbud.","reservation":"Ikke undersøgt i år."}},"attention":["Venteliste siden 2016."]}');
INSERT INTO "entries" VALUES(5,'f6595cb382170d0fd1fc9cefc50852158bb94ce5b7d4b7b1c3faffcb70c8774a','4906d2c37020cc206a8dd863bb7acc241f70b92296de9ce366d1fe010f3e178e','override','9f7f7dc1b0ec','2026-11-27T06:21:36.206174Z','formand','sekskant 0.1.0','bakken','Bakken',2018,'hovedstaden.mest-specialiserede','2018','not_met','not_most_specialised',NULL,'31d0b357ead22d9cacf8abcd65b87b4861bb31cfd0afdaf5731a988896c56676',NULL,NULL,'84b12bae 7110af64 820306e5 74c75ca6 d9727cee 3e42c520 3b2785ab 4a89d671 4d25d347 b152b58a 7b6599cd b152b58a 2f967e06 c1ef6539 - 6f23427 - - - 168d7d20 -',NULL,'{"because":"Drøftet i styregruppen.","by":"formand","decision":"3f27ab3e72e2697a7a28c844cc0df733616504072b5d1650670f2b7bc02382df","entry":"f6595cb382170d0fd1fc9cefc50852158bb94ce5b7d4b7b1c3faffcb70c8774a","format":"sekskant/override/1","of":4,"outcome":"not_most_specialised","verdict":"not_met"}',NULL);
INSERT INTO "entries" VALUES(6,'4906d2c37020cc206a8dd863bb7acc241f70b92296de9ce366d1fe010f3e178e','c8ff73beeda11b067297e7d20da9f763e98be3eec9dd2e61f4d2483e97535ffb','run','2a0dd41ddcbe','2026-11-27T06:21:37.653357Z','auditor','sekskant 0.1.0',NULL,NULL,2018,NULL,NULL,NULL,NULL,NULL,'ca32da819587eed65fbd70abe21c53081cdd4e3fe8be61e1ad960e5c1616bb13','run',NULL,'1db87a14 4e1774f3 5076a4c0 443ed6c6 20cb1d5b ce48caad 3b2785ab - - b152b58a - - - - - a2b05817 5076a4c0 - 4d3dac96 9e3cfdfd -','{"checked_by_reference":3,"engines":["durable-rules 2.0.28","durable-rules 2.0.28"]}','{"counts":{"hovedstaden.mest-specialiserede@2018":{"met":0,"not_met":1,"undetermined":2},"hovedstaden.udviklingsstrategi@2018":{"met":1,"not_met":0,"undetermined":2}},"files":[{"path":"decisions/hovedstaden.mest-specialiserede@2018.parquet","rows":3,"sha256":"af1a97e528c96d59439b88802e75b48bacdd81e88ccf1f146b9eb048e11c4944"},{"path":"decisions/hovedstaden.udviklingsstrategi@2018.parquet","rows":3,"sha256":"ff7639504908e3fce6a2a216a287fee6f026e0ebdba9fee0b1fa29a1eecfda33"},{"path":"fragile.csv","rows":0,"sha256":"585837c5905703e3e07d5856b6add7b252a735b8ce6ba0771a1b94c7fef37347"},{"path":"rejected.csv","rows":0,"sha256":"4cb976d4b0f4b3f6daf6b78be00988c0209acf49ec22b82345a992f98776b702"},{"path":"rulebooks/rules/hovedstaden.mest-specialiserede@2018.yaml","rows":0,"sha256":"5a3c92f68bf73fb2dc2e5ffc0f19be22aef2b53a8c1eaf3a9237bd589af03360"},{"path":"rulebooks/rules/hovedstaden.udviklingsstrategi@2018.yaml","rows":0,"sha256":"3a5c19f5c616fda0f49e33283f5f0adb884b8a4605fea34fa7c99642e97a955a"},{"path":"rulebooks/rules/vocabulary.yaml","rows":0,"sha256":"b557f02795b517604e950a980da67404847458cb587efb7415007c060b21ecb3"},{"path":"run.json","rows":0,"sha256":"f5482aef665ddfb29f8b477c841196d71e6aff9ded564d4a90760030bfca083f"},{"path":"summary.html","rows":0,"sha256":"e73187ad54c64a223b91b753bfe9c8496e96183f49cf9602655eab8e10196953"},{"path":"summary.txt","rows":0,"sha256":"9dde692b9e8e59f1393121850255d7f45ef9090fe7c8674dd0ed0edf9f82d783"}],"format":"sekskant/run/1","inputs":[{"path":"register.csv","rows":3,"sha256":"357b7b694cfc36222fa5834a876cb7fb382dfbf01a2e41eb95630efcf6a0c35e"}],"rulebooks":[{"id":"hovedstaden.udviklingsstrategi","sha256":"3a5c19f5c616fda0f49e33283f5f0adb884b8a4605fea34fa7c99642e97a955a","superset":null,"version":"2018","vocabulary":{"id":"hovedstaden","sha256":"b557f02795b517604e950a980da67404847458cb587efb7415007c060b21ecb3"}},{"id":"hovedstaden.mest-specialiserede","sha256":"5a3c92f68bf73fb2dc2e5ffc0f19be22aef2b53a8c1eaf3a9237bd589af03360","superset":{"id":"hovedstaden.udviklingsstrategi","sha256":"3a5c19f5c616fda0f49e33283f5f0adb884b8a4605fea34fa7c99642e97a955a","version":"2018","vocabulary":{"id":"hovedstaden","sha256":"b557f02795b517604e950a980da67404847458cb587efb7415007c060b21ecb3"}},"version":"2018","vocabulary":{"id":"hovedstaden","sha256":"b557f02795b517604e950a980da67404847458cb587efb7415007c060b21ecb3"}}],"year":2018}',NULL);
CREATE TABLE journal (
	id TEXT NOT NULL, 
	format TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	created_by TEXT NOT NULL, 
	checksums TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "journal" VALUES('3fd19b77-a678-4f3e-acdb-56c1fa8c1c61','sekskant/journal/1','2026-11-27T06:21:35.410509Z','sekskant','9e0e31d fe6410cc f8b0ac8b 4b166dc7','0c68b06cbac1ff79dfe07e70207ecda2540c1fb1d6d189d8fbff4311b9168ffc');
CREATE TABLE texts (
	digest TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	text TEXT NOT NULL, 
	PRIMARY KEY (digest)
);
INSERT INTO "texts" VALUES('3a5c19f5c616fda0f49e33283f5f0adb884b8a4605fea34fa7c99642e97a955a','rulebook','# yaml-language-server: $schema=../schema/rulebook-1.schema.json
format: sekskant/rulebook/1
id: hovedstaden.udviklingsstrategi
version: "2018"
vocabulary: hovedstaden
language: da
in_force: {from: 2018-01-01, until: 2018-12-31}
title: {da: Omfattet af udviklingsstrategien, en: Covered by the development strategy}
source: {da: Udviklingsstrategi 2018 for hovedstadsregionen, en: Development strategy 2018 of the capital region}

outcomes:
  met: {id: covered, label: {da: omfattet af udviklingsstrategien, en: covered by the development strategy}}
  not_met:
    id: not_covered
    label: {da: ikke omfattet af udviklingsstrategien, en: not covered by the development strategy}
  undetermined: {id: undetermined, label: {da: uafklaret, en: undetermined}}

overrides:
  excluded_by_order:
    title: {da: Undtaget efter bekendtgørelsen, en: Excluded by executive order}
    when: {fact: service_type, in: [special_dental_care, alcohol_treatment, assistive_devices]}
    verdict: not_met
    legal_basis:
      da: bekendtgørelsens afgrænsning af, hvad udviklingsstrategien omfatter
      en: the executive order''s delimitation of what the development strategy covers
    reference:
      da: afsnit 2, listen over tilbud, der ikke er omfattet
      en: section 2, the list of offers that are not covered
    reading:
      da: >-
        Kildens liste er læst som slags af tilbud, også hvor den nævner et enkelt sted. Undtagelsen er læst som gående
        forud for, at tilbud, som regionen driver, er medtaget.
      en: >-
        The source''s list is read as kinds of offers, also where it names a single place. Exclusion is read as coming
        before the inclusion of offers that the region operates.
  included_by_order:
    title: {da: Medtaget efter bekendtgørelsen, en: Included by executive order}
    when: {fact: operator_kind, is: region}
    verdict: met
    legal_basis:
      da: bekendtgørelsens regel om, at alle tilbud, som regionen driver, er med
      en: the executive order''s rule that every offer operated by the region is included
    reference: {da: "afsnit 2, indledningen", en: "section 2, introduction"}

rule:
  id: four_of_six
  title: {da: Fire af seks, en: Four of six}
  reference: {da: "afsnit 2, reglen", en: "section 2, the rule"}
  at_least: 4
  of: [A1, A2, A3, A4, A5, A6]
  mandatory: [A4, A5]

criteria:
  A1:
    title: {da: Lille volumen, en: Small volume}
    description:
      da: Målgruppen er lille. I gennemsnit er der højst 1 tilfælde om året pr. 1.000 indbyggere på 0-64 år.
      en: The target group is small. On average there is at most 1 case a year per 1,000 inhabitants aged 0-64.
    reference: {da: "afsnit 2, kriterium 1", en: "section 2, criterion 1"}
    reading:
      da: 1 pr. 1.000 er skrevet som 10 pr. 10.000, så begge regelsæt bruger samme oplysning.
      en: 1 per 1,000 is written as 10 per 10,000, so that both rulebooks use one fact.
    met_when: {fact: cases_per_10000, at_most: 10}
  A2:
    title: {da: Sværhedsgrad eller flerhed, en: Severity or multiplicity}
    description:
      da: >-
        Målgruppen har mindst 3 samtidige funktionsnedsættelser, mindst 2 diagnoser eller mindst 3 omfattende
        begrænsninger.
      en: The target group has at least 3 simultaneous functional impairments, 2 diagnoses or 3 extensive limitations.
    reference: {da: "afsnit 2, kriterium 2", en: "section 2, criterion 2"}
    reading:
      da: >-
        Længerevarende eller kronisk læser vi som et krav til alle tre led. Kriteriets sidste afsnit om svære eller
        fuldstændige problemer beskriver de samme mennesker og indeholder ikke et selvstændigt krav.
      en: >-
        We read long-term or chronic as a requirement on all three. The criterion''s last paragraph, on severe or
        complete problems, describes the same people and adds no test.
    met_when:
      any:
        - {fact: functional_impairments, at_least: 3}
        - {fact: diagnoses, at_least: 2}
        - {fact: extensive_limitations, at_least: 3}
  A3:
    title: {da: Stort optageområde, en: Large catchment area}
    description:
      da: Indsatsen kræver et større geografisk optageområde, ofte hele regionen.
      en: The work needs a larger geographical catchment area, often the whole region.
    reference: {da: "afsnit 2, kriterium 3", en: "section 2, criterion 3"}
    met_when: {fact: large_catchment_needed}
  A4:
    title: {da: Faglig koordinering, en: Professional coordination}
    description:
      da: Koordinering på tværs af kommuner og sektorer er nødvendig for at bevare højt specialiseret viden.
      en: Coordination across municipalities and sectors is needed to keep highly specialised knowledge.
    reference: {da: "afsnit 2, kriterium 4", en: "section 2, criterion 4"}
    met_when: {fact: professional_coordination_needed}
  A5:
    title: {da: Organisatorisk koordinering, en: Organisational coordination}
    description:
      da: >-
        Mindst halvdelen af pladserne bruges af borgere fra andre kommuner end driftskommunen, i gennemsnit over de
        seneste 3 år.
      en: >-
        At least half of the places are used by citizens from outside the operating municipality, on average over the
        latest 3 years.
    reference: {da: "afsnit 2, kriterium 5", en: "section 2, criterion 5"}
    reading:
      da: >-
        De seneste 3 år er de tre hele år, der kendes, når vurderingen laves i foråret før aftaleåret. For et selvejende
        tilbud er driftskommunen den kommune, som driftsoverenskomsten er indgået med.
      en: >-
        The latest 3 years are the three full years known when the assessment is made, in the spring before the
        agreement year. For a self-owning offer the operating municipality is the one that the operating agreement is
        with.
    met_when: {fact: outside_share_mean, at_least: 0.5}
    not_applicable:
      when: {any: [{fact: operator_kind, is: region}, {fact: agreement_kind, is: region}]}
      counts_as: excluded
      reference: {da: "afsnit 2, kriterium 5", en: "section 2, criterion 5"}
      reading:
        da: >-
          Når regionen er driftsherre eller overenskomstpart, er der ingen driftskommune at regne ud fra. Kriteriet
          tages ud af de seks og af de obligatoriske; kravet om fire står fast.
        en: >-
          Where the region is the operator or the agreement party, there is no operating municipality to count from. The
          criterion is taken out of the six and out of the mandatory ones; four are still required.
  A6:
    title: {da: Højt specialiseret grundlag, en: Highly specialised basis}
    description:
      da: >-
        Indsatsen bygger på højt specialiserede kompetencer, vidensbaserede metoder, avanceret velfærdsteknologi og
        særlige fysiske rammer.
      en: >-
        The work rests on highly specialised competencies, knowledge-based methods, advanced welfare technology and
        special physical settings.
    reference: {da: "afsnit 2, kriterium 6", en: "section 2, criterion 6"}
    met_when: {fact: highly_specialised_basis}
');
INSERT INTO "texts" VALUES('b557f02795b517604e950a980da67404847458cb587efb7415007c060b21ecb3','vocabulary','# yaml-language-server: $schema=../schema/vocabulary-1.schema.json
format: sekskant/vocabulary/1
id: hovedstaden
title:
  da: Oplysninger om specialiserede tilbud i hovedstadsregionen
  en: Facts about specialised offers in the capital region

terms:
  area:
    children_and_youth: {da: Børn og unge, en: Children and young people}
    adults: {da: Voksne, en: Adults}
  target_group:
    mental_health_difficulties: {da: psykiske vanskeligheder, en: mental health difficulties}
    developmental_disorders: {da: udviklingsforstyrrelser, en: developmental disorders}
    intellectual_disability: {da: udviklingshæmning, en: intellectual disability}
    acquired_brain_injury: {da: erhvervet hjerneskade, en: acquired brain injury}
    physical_disability: {da: fysisk funktionsnedsættelse, en: physical disability}
    communication_difficulties: {da: kommunikationsvanskeligheder, en: communication difficulties}
    substance_abuse: {da: stofmisbrug, en: substance abuse}
    violence_and_abuse: {da: overgreb, en: violence and abuse}
    homelessness: {da: hjemløshed, en: homelessness}
  act:
    SEL: {da: serviceloven, en: Act on Social Services}
    SUL: {da: sundhedsloven, en: Health Act}
    FSL: {da: folkeskoleloven, en: Act on the Folkeskole}
    LSV: {da: lov om specialundervisning for voksne, en: Act on Special Education for Adults}

facts:
  cases_per_10000:
    type: number
    at_least: 0
    label: {da: Tilfælde pr. 10.000 indbyggere, en: "Cases per 10,000 inhabitants"}
    unit: {da: tilfælde om året pr. 10.000 indbyggere på 0-64 år, en: "cases a year per 10,000 inhabitants aged 0-64"}
    question:
      da: Hvor mange tilfælde er der i gennemsnit om året i målgruppen pr. 10.000 indbyggere på 0-64 år?
      en: How many cases a year are there on average in the target group per 10,000 inhabitants aged 0-64?
  volume_judgement:
    type: judgement
    label: {da: Vurdering af volumen, en: Judgement of volume}
    question:
      da: Vurderer taskforcen, at volumenkriteriet er opfyldt, uanset hvad det vejledende tal viser?
      en: Does the task force judge the volume criterion to be met, whatever the indicative measure shows?
  functional_impairments:
    type: whole_number
    at_least: 0
    label: {da: Samtidige funktionsnedsættelser, en: Simultaneous functional impairments}
    unit:
      da: samtidige funktionsnedsættelser af længerevarende eller kronisk karakter
      en: simultaneous functional impairments, long-term or chronic
    question:
      da: Hvor mange samtidige, længerevarende eller kroniske funktionsnedsættelser har målgruppen?
      en: How many simultaneous functional impairments, long-term or chronic, does the target group have?
  diagnoses:
    type: whole_number
    at_least: 0
    label: {da: Diagnoser, en: Diagnoses}
    unit: {da: diagnoser af længerevarende eller kronisk karakter, en: "diagnoses, long-term or chronic"}
    question:
      da: Hvor mange længerevarende eller kroniske diagnoser har målgruppen?
      en: How many diagnoses, long-term or chronic, does the target group have?
  extensive_limitations:
    type: whole_number
    at_least: 0
    label: {da: Omfattende begrænsninger, en: Extensive limitations}
    unit:
      da: omfattende begrænsninger af længerevarende eller kronisk karakter
      en: extensive limitations, long-term or chronic
    question:
      da: Hvor mange omfattende, længerevarende eller kroniske begrænsninger har målgruppen?
      en: How many extensive limitations, long-term or chronic, does the target group have?
  severe_complexities:
    type: whole_number
    at_least: 0
    label: {da: Svære kompleksiteter, en: Severe complexities}
    unit: {da: svære kompleksiteter af længerevarende karakter, en: "severe, long-term complexities"}
    question:
      da: Hvor mange svære og længerevarende kompleksiteter har målgruppen?
      en: How many severe, long-term complexities does the target group have?
  outside_share:
    type: share
    per: year
    label: {da: Andel pladser brugt af andre kommuner, en: Share of places used by other municipalities}
    unit:
      da: af pladserne brugt af borgere uden for driftskommunen
      en: of the places used by citizens from outside the operating municipality
    question:
      da: Hvor stor en andel af pladserne blev det år brugt af borgere fra andre kommuner end driftskommunen?
      en: What share of the places was used that year by citizens from outside the operating municipality?
  outside_share_mean:
    type: share
    label:
      da: Gennemsnitlig andel brugt af andre kommuner over tre år
      en: Mean share used by other municipalities over three years
    unit:
      da: af pladserne brugt af borgere uden for driftskommunen, i gennemsnit over tre år
      en: of the places used by citizens from outside the operating municipality, on average over three years
    question:
      da: Hvor stor en andel af pladserne blev i gennemsnit over de tre år brugt af borgere fra andre kommuner?
      en: What share of the places was used by citizens from outside, on average over the three years?
    # Our reading of "the latest 3 years": the assessment is made in the spring before the agreement year, on the three
    # latest full years then; the plain mean of the three.
    derived: {mean: {of: outside_share, years: [-4, -3, -2]}}
  large_catchment_needed:
    type: judgement
    label: {da: Behov for et større optageområde, en: A larger catchment area is needed}
    question:
      da: Er der behov for et større geografisk optageområde, ofte hele regionen?
      en: Is a larger geographical catchment area needed, often the whole region?
  professional_coordination_needed:
    type: judgement
    label: {da: Behov for faglig koordinering, en: Professional coordination is needed}
    question:
      da: Er koordinering på tværs af kommuner og sektorer nødvendig for at bevare højt specialiseret viden?
      en: Is coordination across municipalities and sectors needed to keep highly specialised knowledge?
  highly_specialised_basis:
    type: judgement
    label: {da: Højt specialiseret grundlag, en: Highly specialised basis}
    question:
      da: >-
        Bygger indsatsen på højt specialiserede kompetencer, vidensbaserede metoder, avanceret teknologi og særlige
        rammer?
      en: >-
        Does the work rest on highly specialised competencies, knowledge-based methods, advanced technology and special
        settings?
  self_supply_needed:
    type: judgement
    label: {da: Behov for selvforsyning, en: Self-supply is needed}
    question:
      da: Har regionen brug for et eget tilbud til målgruppen?
      en: Does the region need an offer of its own for the target group?
  no_alternative_in_region:
    type: judgement
    label: {da: Intet alternativ i regionen, en: No alternative in the region}
    question:
      da: Er det rigtigt, at intet andet tilbud i regionen kan dække målgruppens behov?
      en: Is it so that no other existing offer in the region can meet the target group''s needs?
  whole_region_catchment_needed:
    type: judgement
    label: {da: Behov for hele regionen som optageområde, en: The whole region is needed as catchment area}
    question:
      da: Har tilbuddet brug for hele regionen som optageområde?
      en: Does the offer need the whole region as its catchment area?
  special_physical_settings:
    type: judgement
    label: {da: Særlige fysiske rammer, en: Special physical settings}
    question:
      da: Dækkes behovene gennem særlige fysiske rammer?
      en: Are the needs met through special physical settings?
  special_competencies:
    type: judgement
    label: {da: Særligt specialiserede kompetencer, en: Specially specialised competencies}
    question:
      da: Dækkes behovene gennem særligt specialiserede kompetencer?
      en: Are the needs met through specially specialised competencies?
  advanced_welfare_technology:
    type: judgement
    label: {da: Avanceret velfærdsteknologi, en: Advanced welfare technology}
    question:
      da: Dækkes behovene gennem avanceret velfærdsteknologi?
      en: Are the needs met through advanced welfare technology?
  service_type:
    type: one_of
    attribute: true
    assumed: social
    label: {da: Type tilbud, en: Kind of service}
    question: {da: Hvilken type tilbud er det?, en: What kind of service is it?}
    answers:
      social: {da: socialt tilbud, en: social offer}
      special_dental_care: {da: specialtandpleje, en: special dental care}
      alcohol_treatment: {da: alkoholbehandling, en: alcohol treatment}
      assistive_devices: {da: hjælpemiddelcenter, en: assistive-devices centre}
      communication_centre: {da: kommunikationscenter, en: communication centre}
      drug_treatment: {da: stofmisbrugsbehandling, en: drug treatment}
  operator_kind:
    type: one_of
    attribute: true
    label: {da: Type driftsherre, en: Kind of operator}
    question:
      da: "Hvem driver tilbuddet: en kommune, regionen eller en privat aktør?"
      en: "Who operates the offer: a municipality, the region or a private party?"
    answers:
      municipality: {da: kommune, en: municipality}
      region: {da: region, en: region}
      private: {da: privat, en: private}
  agreement_kind:
    type: one_of
    attribute: true
    label: {da: Driftsoverenskomst med, en: Operating agreement with}
    question:
      da: Med hvem har det selvejende tilbud driftsoverenskomst?
      en: With whom does the self-owning offer have its operating agreement?
    answers:
      municipality: {da: kommune, en: municipality}
      region: {da: region, en: region}
      private: {da: privat, en: private}
      none: {da: ingen, en: nobody}
');
INSERT INTO "texts" VALUES('5a3c92f68bf73fb2dc2e5ffc0f19be22aef2b53a8c1eaf3a9237bd589af03360','rulebook','# yaml-language-server: $schema=../schema/rulebook-1.schema.json
format: sekskant/rulebook/1
id: hovedstaden.mest-specialiserede
version: "2018"
vocabulary: hovedstaden
language: da
in_force: {from: 2018-01-01, until: 2018-12-31}
title: {da: Mest specialiseret, en: Most specialised}
source: {da: Udviklingsstrategi 2018 for hovedstadsregionen, en: Development strategy 2018 of the capital region}
subset_of: hovedstaden.udviklingsstrategi

outcomes:
  met: {id: most_specialised, label: {da: mest specialiseret, en: most specialised}}
  not_met: {id: not_most_specialised, label: {da: ikke mest specialiseret, en: not most specialised}}
  undetermined: {id: undetermined, label: {da: uafklaret, en: undetermined}}

rule:
  id: five_of_six
  title: {da: Fem af seks, en: Five of six}
  reference: {da: "afsnit 3, reglen", en: "section 3, the rule"}
  at_least: 5
  of: [B1, B2, B3, B4, B5, B6]

criteria:
  B1:
    title: {da: Volumen, en: Volume}
    description:
      da: >-
        Målgruppen er meget lille. Vejledende er der i gennemsnit højst 0,5 tilfælde om året pr. 10.000 indbyggere på
        0-64 år.
      en: >-
        The target group is very small. As an indication there are on average at most 0.5 cases a year per 10,000
        inhabitants aged 0-64.
    reference: {da: "afsnit 3, kriterium 1", en: "section 3, criterion 1"}
    reading:
      da: Tallet er vejledende; en konkret vurdering kan afvige fra det med en begrundelse.
      en: The number is indicative; a judgement of the case may depart from it, with a reason.
    indicated_by: {fact: cases_per_10000, at_most: 0.5}
    judgement: volume_judgement
  B2:
    title: {da: Kompleksitet, en: Complexity}
    description:
      da: Målgruppen har mindst fire svære og længerevarende kompleksiteter.
      en: The target group has at least four severe, long-term complexities.
    reference: {da: "afsnit 3, kriterium 2", en: "section 3, criterion 2"}
    met_when: {fact: severe_complexities, at_least: 4}
  B3:
    title: {da: Selvforsyning i regionen, en: Self-supply in the region}
    description:
      da: Regionen har brug for et eget tilbud til målgruppen.
      en: The region needs an offer of its own for the target group.
    reference: {da: "afsnit 3, kriterium 3", en: "section 3, criterion 3"}
    met_when: {fact: self_supply_needed}
  B4:
    title: {da: Intet alternativ, en: No alternative}
    description:
      da: Intet andet tilbud i regionen kan dække målgruppens behov.
      en: No other existing offer in the region can meet the target group''s needs.
    reference: {da: "afsnit 3, kriterium 4", en: "section 3, criterion 4"}
    met_when: {fact: no_alternative_in_region}
  B5:
    title: {da: Optageområde, en: Catchment area}
    description:
      da: Tilbuddet har brug for hele regionen som optageområde.
      en: The offer needs the whole region as its catchment area.
    reference: {da: "afsnit 3, kriterium 5", en: "section 3, criterion 5"}
    met_when: {fact: whole_region_catchment_needed}
  B6:
    title: {da: Særlige midler, en: Special means}
    description:
      da: >-
        Behovene dækkes gennem særlige fysiske rammer, særligt specialiserede kompetencer eller avanceret
        velfærdsteknologi.
      en: >-
        The needs are met through special physical settings, specially specialised competencies or advanced welfare
        technology.
    reference: {da: "afsnit 3, kriterium 6", en: "section 3, criterion 6"}
    met_when:
      any: [fact: special_physical_settings, fact: special_competencies, fact: advanced_welfare_technology]
');
CREATE INDEX ix_entries_run ON entries (run);
CREATE INDEX ix_entries_runs ON entries (number) WHERE kind = 'run';
CREATE INDEX ix_entries_offer ON entries (offer);
CREATE INDEX ix_entries_overrides ON entries (offer) WHERE kind = 'override';
CREATE VIEW decisions AS SELECT entries.number, entries.recorded_at, entries.recorded_by, entries.offer, entries.name, entries.year, entries.rulebook, entries.version, entries.verdict, entries.outcome, entries.basis, entries.run, entries.content_digest, entries.digest 
FROM entries 
WHERE entries.kind = 'decision';
CREATE VIEW criteria AS SELECT entries.number, entries.offer, entries.name, entries.year, entries.rulebook, entries.version, json_extract(each_criteria.value, '$.id') AS criterion, json_extract(each_criteria.value, '$.title') AS title, json_extract(each_criteria.value, '$.status') AS status, json_extract(each_criteria.value, '$.decisive') AS decisive, json_extract(each_criteria.value, '$.reference') AS reference, json_extract(each_criteria.value, '$.because') AS because, json_extract(each_criteria.value, '$.reservation') AS reservation 
FROM entries JOIN json_each(entries.content, '$.criteria') AS each_criteria ON 1 = 1 
WHERE entries.kind = 'decision';
CREATE VIEW evidence AS SELECT entries.number, entries.offer, entries.name, entries.year, entries.rulebook, entries.version, json_extract(each_criteria.value, '$.id') AS criterion, json_extract(each_tests.value, '$.fact') AS fact, json_extract(each_tests.value, '$.test') AS test, json_extract(each_tests.value, '$.threshold') AS threshold, json_extract(each_tests.value, '$.status') AS status, json_extract(each_tests.value, '$.margin') AS margin, json_extract(each_tests.value, '$.state') AS state, json_extract(each_tests.value, '$.evidence') AS evidence, json_extract(each_tests.value, '$.because') AS because, json_extract(each_tests.value, '$.reservation') AS reservation, json_extract(each_tests.value, '$.source') AS source, json_extract(each_tests.value, '$.as_of') AS as_of, json_extract(each_tests.value, '$.by') AS "by", json_extract(each_tests.value, '$.date') AS date 
FROM entries JOIN json_each(entries.content, '$.criteria') AS each_criteria ON 1 = 1 JOIN json_each(each_criteria.value, '$.tests') AS each_tests ON 1 = 1 
WHERE entries.kind = 'decision';
CREATE VIEW overrides AS SELECT entries.number, entries.recorded_at, entries.offer, entries.name, entries.year, entries.rulebook, entries.version, entries.verdict, entries.outcome, json_extract(entries.content, '$.of') AS "of", json_extract(entries.content, '$.because') AS because, json_extract(entries.content, '$.by') AS "by" 
FROM entries 
WHERE entries.kind = 'override';
CREATE VIEW runs AS SELECT entries.run, min(entries.recorded_at) AS began, max(entries.recorded_at) AS ended, max(entries.recorded_by) AS recorded_by, count(*) AS entries, count(DISTINCT entries.offer) AS offers, max(json_extract(CASE WHEN (entries.kind = 'run') THEN entries.content END, '$.inputs')) AS inputs, max(json_extract(CASE WHEN (entries.kind = 'run') THEN entries.content END, '$.files')) AS files, max(json_extract(CASE WHEN (entries.kind = 'run') THEN entries.content END, '$.counts')) AS counts 
FROM entries GROUP BY entries.run;
COMMIT;
