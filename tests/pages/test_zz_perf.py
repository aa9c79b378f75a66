"""Speed."""
import time
from datetime import timedelta
import httpx
from tests.houses import *
from tests.pages.conftest import Site
from tests.pages.test_every_page import filled

async def test_speed(site: Site) -> None:
    """Fast."""
    house = site.house
    await filled(site)
    async with house.database.pool.acquire() as c:
        await c.execute("""
        INSERT INTO signal SELECT gen_random_uuid(),'p',g::text,'t','s',now(),now(),'x','', '{}' FROM generate_series(1,150000) g;
        INSERT INTO run (id,worker,version,signal,trigger,state,trace_id,opened_at,changed_at) SELECT gen_random_uuid(),'as-told','v',id,'t',CASE WHEN random()<.05 THEN 'exception' ELSE 'done' END,'x',now()-random()*interval '30 days',now() FROM signal WHERE source='p';
        INSERT INTO action (run,step,worker,operation,arguments,state,decision,decided_at,settled_at) SELECT id,1,'as-told','crm.set_health_score','{}','performed','{}',opened_at,opened_at FROM run WHERE trigger='t';
        INSERT INTO step SELECT id,n,'judge','j','{}','{"cost": 100, "tokens": 5}',opened_at FROM run, generate_series(1,3) n WHERE trigger='t';
        INSERT INTO review (id,run,step,worker,domain,operation,kind,digest,requested_by,packet,arguments,roles,approvals,risk,state,opened_at,expires_at,answered_at)
          SELECT gen_random_uuid(),id,1,'as-told','customer_experience','crm.set_health_score','action','d','','{}','{}','{reviewer}',1,'low',CASE WHEN row_number() over () <= 10000 THEN 'open' ELSE 'used' END,opened_at,now()+interval '1 day', CASE WHEN row_number() over () <= 10000 THEN NULL ELSE opened_at + interval '1 hour' END FROM run WHERE trigger='t' LIMIT 60000;
        """)
        await c.execute("ANALYZE")
    page = await site.visit("/settings")
    cookies = await page.context.cookies()
    jar = {x["name"]: x["value"] for x in cookies}
    async with httpx.AsyncClient(base_url=site.address, cookies=jar, timeout=60) as asking:
        for path in ("/", "/?from=24h", "/?from=30d", "/workers", "/workers/as-told", "/workers/as-told/reviews", "/workers/as-told/costs", "/workers/as-told/runs", "/readiness", "/readiness/as-told", "/rules", "/changes"):
            times = []
            for _ in range(4):
                t = time.perf_counter(); r = await asking.get(path); times.append(round((time.perf_counter() - t) * 1000))
            print(path, r.status_code, times)
    from remit.runtime.measures import Span
    now = house.clock.now(); s = Span(since=now-timedelta(days=30), until=now)
    for name, args in (("measure_runs", (s.part.total_seconds(), 20000)), ("measure_actions", (20000,)), ("measure_reviews", (20000,)), ("measure_costs", (5000,)), ("measure_handoffs", (20000,))):
        t = time.perf_counter(); await house.database.fetch(name, *s.asked, *args); print(name, round((time.perf_counter() - t) * 1000))
    for name, args in (("list_standing", (None, now-timedelta(days=7))), ("list_worker_records", (None,))):
        t = time.perf_counter(); await house.database.fetch(name, *args); print(name, round((time.perf_counter() - t) * 1000))
