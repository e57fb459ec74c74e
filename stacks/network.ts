/**
 * Optional: a network for the functions that reaches AWS by private links alone. No subnet has a way to the internet, and
 * each link lets through only what the functions may do. Costs by the hour: see docs/costs.md.
 */

import { type StageContext, tags } from './parts/context.ts';
import { linkPolicy, linksOfFunctions } from './policies/endpoint-policy.ts';
import { pascal } from './policies/statement.ts';
import type { Keys } from './security.ts';

export interface Network {
  readonly subnetIds: $util.Output<string>[];
  readonly securityGroupId: $util.Output<string>;
}

const RANGE = '10.64.0.0/16';
const ZONES = 2;

export async function createNetwork(context: StageContext, keys: Keys): Promise<Network | undefined> {
  if (!context.options.network) return undefined;
  const named = (name: string) => ({ ...tags(context, {}), Name: `tidemark-${context.stage}-${name}` });
  const vpc = new aws.ec2.Vpc('Network', {
    cidrBlock: RANGE,
    enableDnsSupport: true,
    enableDnsHostnames: true,
    tags: named('network'),
  });
  const routes = new aws.ec2.RouteTable('NetworkRoutes', { vpcId: vpc.id, tags: named('private') });
  const { names: zones } = await aws.getAvailabilityZones({ state: 'available' });
  const subnets = zones.slice(0, ZONES).map((availabilityZone, at) => {
    const subnet = new aws.ec2.Subnet(`NetworkSubnet${at}`, {
      vpcId: vpc.id,
      availabilityZone,
      cidrBlock: `10.64.${at * 16}.0/20`,
      mapPublicIpOnLaunch: false,
      tags: named(`private-${at}`),
    });
    new aws.ec2.RouteTableAssociation(`NetworkSubnet${at}Routes`, { subnetId: subnet.id, routeTableId: routes.id });
    return subnet;
  });
  const inside = { protocol: 'tcp', fromPort: 443, toPort: 443, cidrBlocks: [RANGE] };
  const links = new aws.ec2.SecurityGroup('NetworkLinks', {
    vpcId: vpc.id,
    description: 'private links: HTTPS from the functions',
    ingress: [inside],
    egress: [],
    tags: named('links'),
  });
  const gateway = createLinks(context, keys, { vpc, routes, subnets, links });
  const functions = new aws.ec2.SecurityGroup('NetworkFunctions', {
    vpcId: vpc.id,
    description: 'functions: HTTPS to the private links and to S3',
    ingress: [],
    egress: [inside, { protocol: 'tcp', fromPort: 443, toPort: 443, prefixListIds: [gateway.prefixListId] }],
    tags: named('functions'),
  });
  return { subnetIds: subnets.map(({ id }) => id), securityGroupId: functions.id };
}

interface Parts {
  readonly vpc: aws.ec2.Vpc;
  readonly routes: aws.ec2.RouteTable;
  readonly subnets: readonly aws.ec2.Subnet[];
  readonly links: aws.ec2.SecurityGroup;
}

function createLinks(context: StageContext, keys: Keys, { vpc, routes, subnets, links }: Parts): aws.ec2.VpcEndpoint {
  let gateway: aws.ec2.VpcEndpoint | undefined;
  for (const [link, service] of linksOfFunctions()) {
    const policy = $util
      .all([keys.data.arn, keys.operations.arn])
      .apply(([data, operations]) => JSON.stringify(linkPolicy({ ...context, keys: { data, operations } }, service)));
    const common = {
      vpcId: vpc.id,
      serviceName: `com.amazonaws.${context.region}.${link}`,
      policy,
      tags: { ...tags(context, {}), Name: `tidemark-${context.stage}-${link}` },
    };
    const name = `NetworkLink${pascal(link)}`;
    if (service === 's3') {
      gateway = new aws.ec2.VpcEndpoint(name, { ...common, vpcEndpointType: 'Gateway', routeTableIds: [routes.id] });
    } else {
      new aws.ec2.VpcEndpoint(name, {
        ...common,
        vpcEndpointType: 'Interface',
        privateDnsEnabled: true,
        subnetIds: subnets.map(({ id }) => id),
        securityGroupIds: [links.id],
      });
    }
  }
  if (gateway === undefined) throw new Error('no function uses S3, so the network has no gateway to it');
  return gateway;
}
