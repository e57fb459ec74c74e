export async function deployStage() { new sst.aws.Bucket('B'); return {}; }
