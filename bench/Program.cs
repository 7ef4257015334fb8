using BenchmarkDotNet.Running;

// dotnet run -c Release --project bench -- --filter '*'
BenchmarkSwitcher.FromAssembly(typeof(RedGen.Bench.ConvolutionBenchmarks).Assembly).Run(args);
