"""What is counted, for Prometheus; nothing here names a person or a case."""

from prometheus_client import Counter, Histogram

REQUESTS = Counter("mouwaten_http_requests_total", "HTTP requests answered", ["method", "route", "status"])
LATENCY = Histogram("mouwaten_http_request_seconds", "Time to answer an HTTP request", ["method", "route"])
CASES_FILED = Counter("mouwaten_cases_filed_total", "Cases filed", ["kind"])
