using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Tests.Quantised;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Micro;

/// <summary>RedGenFloat=Strict: code for desktops gives the very bits of code for microcontrollers, whatever the processor has.</summary>
public sealed class StrictTests
{
    private static readonly CompilerOptions Strict = TestOptions.Exact with { Float = FloatMode.Strict };

    [Fact]
    public void Both_profiles_give_the_same_bits()
    {
        using var batch = new ModelBatch();
        var pairs = new List<(CompiledModel Desktop, CompiledModel Device)>();
        ModelSource[] models =
        [
            ModelSource.FromBytes("digits.onnx", DigitsAssets.Cnn()), ModelSource.FromBytes("digits.onnx", DigitsAssets.Mlp()), Quantised(3), Quantised(8),
            .. Enumerable.Range(0, 8).Select(Layers),
        ];
        foreach (ModelSource model in models)
        {
            foreach (Hashing hashing in new[] { Hashing.None, Hashing.Adaptive })
            {
                // Speed writes products out, which adds in another order.
                CompilerOptions options = Strict with { Hashing = hashing, Goal = pairs.Count % 4 == 3 ? OptimiseGoal.Speed : OptimiseGoal.Balanced };
                string label = $"model {pairs.Count}, {hashing}";
                pairs.Add((batch.Add(label, model, options), batch.Add(label + ", Micro", model, options with { Profile = Profile.Micro })));
            }
        }

        batch.Build();
        foreach ((CompiledModel desktop, CompiledModel device) in pairs)
        {
            for (int seed = 0; seed < 4; seed++)
            {
                ReferenceTensor[] inputs = [.. desktop.Inputs.Select((t, i) => RandomTensor.Of(t.ElementType, (10 * seed) + i, t.Shape!.ToArray()))];
                ReferenceTensor[] expected = device.Run(inputs), actual = desktop.Run(inputs);
                for (int i = 0; i < expected.Length; i++)
                    if (TensorAssert.Difference(expected[i], actual[i], 0, 0) is { } difference) Assert.Fail($"{desktop.Label}: {difference}\n{desktop.Code}");
            }
        }
    }

    [Fact]
    public void Nothing_of_a_strict_class_depends_on_vectors()
    {
        CompilationResult result = ModelCompiler.Compile(ModelSource.FromBytes("digits.onnx", DigitsAssets.Cnn()), Strict with { Runtime = RuntimeMode.Source });
        Assert.True(result.Success, string.Join("\n", result.Diagnostics));
        Assert.DoesNotContain(result.Sources, static s => s.Text.Contains("Vector<", StringComparison.Ordinal) && s.HintName.StartsWith("Digits", StringComparison.Ordinal));
        Assert.All(result.Plan!.Root.Steps.Where(static s => s.MultiplyAdds > 0), static s => Assert.StartsWith("Micro.", s.Kernel, StringComparison.Ordinal));
    }

    [Fact]
    public void An_operator_without_one_order_is_RG0028()
    {
        CompilationResult result = ModelCompiler.Compile(
            new OnnxModelWriter().Input("x", ElementType.Float64, 4).Output("y", ElementType.Float64).Node("Sin", "x", "y").ToSource(), Strict);
        Diagnostics.Diagnostic diagnostic = Assert.Single(result.Diagnostics);
        Assert.Equal("RG0028", diagnostic.Id);
        Assert.Contains("RedGenFloat=Strict has no code for it", diagnostic.Message, StringComparison.Ordinal);
    }

    private static ModelSource Quantised(int seed)
    {
        var model = new QuantisedModel(new Random(seed));
        QuantisedGraphs.All["network"](new QuantisedGraphs(model));
        return model.Writer.ToSource();
    }

    /// <summary>A convolution, functions of one float, a sum, a mean, a product and a softmax.</summary>
    private static ModelSource Layers(int i)
    {
        string[] functions = ["Relu", "Sigmoid", "Tanh", "Exp", "Erf", "Softplus", "HardSwish", "Sqrt"];
        int channels = 2 + i, groups = i % 3 == 0 ? channels : 1;
        return new OnnxModelWriter().Input("x", ElementType.Float32, 1, channels, 7, 9)
            .Initializer("w", RandomTensor.Of(ElementType.Float32, i, channels, channels / groups, 3, 3).ToTensor()).Initializer("b", RandomTensor.Of(ElementType.Float32, i + 1, channels).ToTensor())
            .Initializer("m", RandomTensor.Of(ElementType.Float32, i + 2, channels, 21).ToTensor())
            .Node("Conv", "x,w,b", "c", n => n.Int("group", groups).Ints("pads", 1, 1, 1, 1)).Node("Abs", "c", "a").Node(functions[i], "a", "f").Node("Add", "f,x", "s")
            .Node("AveragePool", "s", "p", n => n.Ints("kernel_shape", 2, 2).Ints("strides", 2, 2)).Node("GlobalAveragePool", "p", "g").Node("Flatten", "g", "l")
            .Node("MatMul", "l,m", "d").Node("Softmax", "d", "y", n => n.Int("axis", 1)).Output("y").ToSource();
    }
}
