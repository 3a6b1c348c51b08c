import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { expect } from 'chai';
import { isPortFree, pickPort, storedPorts } from './ports.ts';
import { testFolder } from './test-folder.ts';

describe('ports', () => {
  const { folder, remove } = testFolder('ports');
  after(remove);

  async function occupy(port: number): Promise<Server> {
    const server = createServer();
    await new Promise<void>((resolve) => { server.listen(port, '127.0.0.1', resolve); });
    return server;
  }

  it('are free, different, and below the range of outgoing connections', async () => {
    const taken = new Set<number>();
    const ports = [await pickPort(taken), await pickPort(taken), await pickPort(taken)];
    expect(new Set(ports).size).to.equal(3);
    for (const port of ports) {
      expect(port).to.be.below(32_000);
      expect(await isPortFree(port)).to.equal(true);
    }
  });

  it('stay the same from one start to the next', async () => {
    const file = path.join(folder, 'kept.json');
    const first = await storedPorts(file, ['one', 'two']);
    expect(await storedPorts(file, ['one', 'two'])).to.deep.equal(first);
  });

  it('are picked anew only where someone else has taken one', async () => {
    const file = path.join(folder, 'taken.json');
    const first = await storedPorts(file, ['one', 'two']);
    const stranger = await occupy(first.one);
    try {
      const second = await storedPorts(file, ['one', 'two']);
      expect(second.one).not.to.equal(first.one);
      expect(second.two).to.equal(first.two);
      expect(await storedPorts(file, ['one', 'two'])).to.deep.equal(second);
    } finally {
      stranger.close();
    }
  });
});
