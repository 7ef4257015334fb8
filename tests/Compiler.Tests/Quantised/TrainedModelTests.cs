using System.IO;
using System.Linq;
using RedGen.Compiler.Plan;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Quantised;

/// <summary>Trained quantised models keep a byte a weight, and every layer runs on integers.</summary>
public sealed class TrainedModelTests
{
    [SharedFact("models")]
    public void Layers_of_trained_models_run_on_integers()
    {
        foreach ((string name, int layers) in new[] { ("mlperf-tiny-ic-resnet8-int8-qdq", 11), ("mlperf-tiny-kws-dscnn-int8-qdq", 11), ("imagenet-mobilenet-v1-0.25-128-uint8-qdq", 29), ("micro-kws-static-qoperator", 8) })
        {
            string path = Path.Combine(SharedData.Root, "models", name, "model.onnx");
            if (!File.Exists(path)) continue;
            CompilationResult result = ModelCompiler.Compile(SharedData.Load(path), TestOptions.Exact);
            Assert.True(result.Success, name + ": " + string.Join("\n", result.Diagnostics));
            ExecutionPlan plan = result.Plan!;
            Assert.Equal(layers, plan.Root.Steps.Count(s => s.Kernel.EndsWith(".Integers", System.StringComparison.Ordinal)));
            Assert.InRange((double)plan.WeightBytes / plan.Parameters, 1, 1.2);
        }
    }
}
