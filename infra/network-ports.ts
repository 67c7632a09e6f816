/** Ports inside the private network. */

/** Where an instance listens. */
export const instancePort = 3000;

/** Where a router takes requests of the load balancer. */
export const routerPort = 8080;

/** Where a router takes messages of other routers. */
export const routerHopPort = 8081;

export const cachePort = 6379;
