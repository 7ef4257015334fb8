using BenchmarkDotNet.Running;
using RedGen.Bench.Compare;
using RedGen.Bench.StartUp;

// dotnet run -c Release --project bench -- --filter '*'                              BenchmarkDotNet's suites
// dotnet run -c Release --project bench -- hashed                                    hashed dense layers beside float ones
// dotnet run -c Release --project bench -- compare MODELS… --ort libonnxruntime.so   whole models beside ONNX Runtime
// dotnet run -c Release --project bench -- start-up MODELS… --ort libonnxruntime.so  how soon a program has its first result
if (args is ["start-up", ..]) return StartUpCommand.Create().Parse(args[1..]).Invoke();
if (args is ["compare", ..]) return CompareCommand.Create().Parse(args[1..]).Invoke();
if (args is ["hashed"]) RedGen.Bench.HashedDenseComparison.Run();
else BenchmarkSwitcher.FromAssembly(typeof(RedGen.Bench.ConvolutionBenchmarks).Assembly).Run(args);
return 0;
