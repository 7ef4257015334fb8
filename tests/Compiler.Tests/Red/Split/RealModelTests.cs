using System;
using System.IO;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Options;
using RedGen.TestKit;
using Xunit;
using Xunit.Abstractions;

namespace RedGen.Compiler.Tests.Red.Splitting;

/// <summary>Hashed models that people use: the lowering with the fewest multiplications beside the vector code of the same weights.</summary>
public sealed class RealModelTests(ITestOutputHelper output)
{
    /// <summary>Multiply-adds beyond which a model is left to the tool's own measurements.</summary>
    private const long MultiplyAddLimit = 100_000_000;

    /// <summary>The largest error of an output element, relative to the largest one of the output.</summary>
    private const double Rounding = 1e-4;

    private static readonly CompilerOptions Simd = new() { Hashing = Hashing.Adaptive };

    private static readonly CompilerOptions Fewest = new() { Hashing = Hashing.Adaptive, Lowering = Lowering.Fewest };

    [Fact]
    public void The_digits_network_does_what_is_counted() => CountsAndAgrees(ModelSource.FromBytes("digits.onnx", DigitsAssets.Cnn()));

    [SharedFact("models/cifar10-resnet20-bn")]
    public void ResNet20_does_what_is_counted() => CountsAndAgrees(Load("cifar10-resnet20-bn"));

    [SharedFact("models/mlperf-tiny-kws-dscnn-folded")]
    public void A_depthwise_network_does_what_is_counted() => CountsAndAgrees(Load("mlperf-tiny-kws-dscnn-folded"));

    [SharedFact("models")]
    public void On_every_model_the_fewest_multiplications_give_the_outputs_of_the_vector_code()
    {
        int compared = 0;
        foreach (string path in SharedData.ModelsIn(Path.Combine(SharedData.Root, "models")))
        {
            ModelSource source = SharedData.Load(path);
            if (source.Bytes.Length > 30_000_000) continue;
            CompilationResult planned = ModelCompiler.Compile(source, Simd with { ClassName = "Network" });
            if (planned.Plan is not { MultiplyAdds: <= MultiplyAddLimit } plan || plan.Root.Steps.All(s => s.Cost is null)) continue;
            AssertAgree(source, Path.GetFileName(Path.GetDirectoryName(path)!));
            compared++;
        }

        Assert.True(compared > 10, "only " + compared + " models could be compared");
    }

    private static ModelSource Load(string folder) => SharedData.Load(SharedData.ModelsIn(Path.Combine(SharedData.Root, "models", folder)).Single());

    /// <summary>The counted run is the plan's figure to the last multiplication, and gives the bits of the code that does not count.</summary>
    private void CountsAndAgrees(ModelSource source)
    {
        using var batch = new ModelBatch();
        CompiledModel vector = batch.Add("vector", source, Simd);
        CompiledModel plain = batch.Add("plain", source, Fewest);
        CompiledModel counted = batch.AddCounted("counted", source, Fewest);
        batch.Build();
        ReferenceTensor[] inputs = Inputs(vector);
        ReferenceTensor[] outputs = counted.Run(inputs);
        (long multiplications, _) = counted.ReadCounts();
        // Layers that the budget leaves as they are count as their multiply-adds.
        Assert.All(counted.Plan.Root.Steps, s => Assert.True(CountedCode.IsCounted(s) == (s.Cost is not null), s.Summary));
        Assert.NotEqual(0, multiplications);
        Assert.Equal(counted.Plan.Multiplications, multiplications + counted.Plan.Root.Steps.Where(s => s.Cost is null).Sum(s => s.MultiplyAdds));
        Assert.Equal(vector.Plan.Multiplications, counted.Plan.Multiplications);
        Assert.Equal(plain.Run(inputs)[0].Reals, outputs[0].Reals);
        AssertClose(vector.Run(inputs), outputs, source.FileName);
        output.WriteLine($"{source.FileName}: {counted.Plan.Multiplications} of {counted.Plan.MultiplyAdds} multiplications, removed {1 - ((double)counted.Plan.Multiplications / counted.Plan.MultiplyAdds):P2}");
    }

    private void AssertAgree(ModelSource source, string label)
    {
        using var batch = new ModelBatch();
        CompiledModel vector = batch.Add(label, source, Simd);
        CompiledModel fewest = batch.Add(label + ", fewest", source, Fewest);
        batch.Build();
        ReferenceTensor[] inputs = Inputs(vector);
        AssertClose(vector.Run(inputs), fewest.Run(inputs), label);
        Assert.Equal(vector.Plan.Multiplications, fewest.Plan.Multiplications);
        output.WriteLine($"{label}: removed {1 - ((double)fewest.Plan.Multiplications / fewest.Plan.MultiplyAdds):P2}");
    }

    private static ReferenceTensor[] Inputs(CompiledModel model) => [.. model.Inputs.Select((t, i) => RandomTensor.Of(t.ElementType, i + 1, t.Shape!.ToArray()))];

    private static void AssertClose(ReferenceTensor[] expected, ReferenceTensor[] actual, string label)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            double largest = expected[i].Reals?.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max() ?? 0;
            string? difference = TensorAssert.Difference(expected[i], actual[i], Rounding, Rounding * Math.Max(largest, 1e-3));
            Assert.True(difference is null, $"{label}, output {i}: {difference}");
        }
    }
}
