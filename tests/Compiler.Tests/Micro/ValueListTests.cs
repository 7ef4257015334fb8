using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Micro;

/// <summary>Products of RedGenProfile=Micro whose weights are written out, inputs by the magnitude of their weight.</summary>
public sealed class ValueListTests
{
    private const string Unrolled = "Micro.Unrolled";

    private static readonly CompilerOptions Options = TestOptions.Exact with { Profile = Profile.Micro, Hashing = Hashing.Adaptive };

    [Fact]
    public void Written_out_products_agree_with_the_reference()
    {
        var random = new Random(4);
        using var batch = new ModelBatch();
        CompiledModel[] models = [.. Enumerable.Range(0, 10).Select(i => batch.Add($"product {i}", Product(random, i).ToSource(), Options with { Goal = OptimiseGoal.Speed }))];
        batch.Build();
        foreach (CompiledModel model in models)
        {
            // Some of the weights are floats that no codebook stands for; these keep their loops.
            ReferenceTensor input = RandomTensor.Of(ElementType.Float32, 9, model.Inputs[0].Shape!.ToArray());
            var values = new Dictionary<string, ReferenceTensor>(StringComparer.Ordinal) { [model.Plan.Graph.Inputs[0].Name] = input };
            if (TensorAssert.Difference(ReferenceInterpreter.Run(model.Plan.Graph, values)[0], model.Run(input)[0], 1e-4, 1e-5) is { } difference) Assert.Fail($"{model.Label}: {difference}\n{model.Code}");
            Assert.Equal(0, model.AllocatedBytes(input));
        }

        Assert.True(models.Count(m => m.Plan.Root.Steps.Any(s => s.Kernel == Unrolled)) >= 7);
    }

    [Fact]
    public void Digits_have_methods_that_the_compiler_optimises_and_fit_their_flash()
    {
        using CompiledModel fast = CompiledModel.Compile(ModelSource.FromBytes("digits.onnx", DigitsAssets.Mlp()), Options with { Goal = OptimiseGoal.Speed });
        Assert.All(fast.Plan.Root.Steps, s => Assert.Equal(Unrolled, s.Kernel));
        Assert.Contains("Part2(", fast.Code, StringComparison.Ordinal);
        foreach ((OptimiseGoal goal, long? budget) in new (OptimiseGoal, long?)[] { (OptimiseGoal.Balanced, null), (OptimiseGoal.Size, null), (OptimiseGoal.Speed, 8192) })
        {
            using CompiledModel small = CompiledModel.Compile(ModelSource.FromBytes("digits.onnx", DigitsAssets.Mlp()), Options with { Goal = goal, FlashBudget = budget });
            Assert.NotEqual(Unrolled, small.Plan.Root.Steps[0].Kernel);
        }
    }

    private static OnnxModelWriter Product(Random random, int seed)
    {
        int inputs = random.Next(1, 60), outputs = random.Next(1, 30);
        OnnxModelWriter model = new OnnxModelWriter().Input("x", ElementType.Float32, 1, inputs).Output("y", ElementType.Float32)
            .Initializer("w", RandomTensor.Of(ElementType.Float32, seed, outputs, inputs).ToTensor())
            .Initializer("b", RandomTensor.Of(ElementType.Float32, outputs, outputs).ToTensor())
            .Node("Gemm", "x,w,b", "c", n => n.Int("transB", 1));
        return model.Node(seed % 2 == 0 ? "Relu" : "Tanh", "c", "y");
    }
}
