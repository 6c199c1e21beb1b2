import fc from 'fast-check';

// The same cases on every machine and at every run: a property that fails, fails for everybody.
fc.configureGlobal({ seed: 20240707 });

// Test files run side by side: none may take the other's core while it waits.
process.env.STEERING_SPIN ??= '0';
