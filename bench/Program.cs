using BenchmarkDotNet.Running;

// dotnet run -c Release --project bench -- --filter '*'
// dotnet run -c Release --project bench -- hashed
if (args is ["hashed"]) RedGen.Bench.HashedDenseComparison.Run();
else BenchmarkSwitcher.FromAssembly(typeof(RedGen.Bench.ConvolutionBenchmarks).Assembly).Run(args);
