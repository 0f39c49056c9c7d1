// Hands a listening socket back as often as asked: each copy is a descriptor of its own, which Node cannot make.
process.on('message', async ({ copies }, socket) => {
  for (let copy = 0; copy < copies; copy += 1)
    await new Promise((sent) => process.send({ copy }, socket, { keepOpen: true }, sent));
  process.disconnect();
});
