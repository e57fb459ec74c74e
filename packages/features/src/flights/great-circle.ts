const EARTH_RADIUS_KM = 6_371.0088;
const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** Kilometres along the surface between two points given in degrees (haversine on a sphere, within 0.5 % of the ellipsoid). */
export function greatCircleKm(
  from: { latitude: number; longitude: number },
  to: { latitude: number; longitude: number },
): number {
  const halfLat = Math.sin(radians(to.latitude - from.latitude) / 2);
  const halfLon = Math.sin(radians(to.longitude - from.longitude) / 2);
  const chord = halfLat ** 2 + Math.cos(radians(from.latitude)) * Math.cos(radians(to.latitude)) * halfLon ** 2;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(chord)));
}
