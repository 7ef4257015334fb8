using System;
using System.Globalization;
using System.Linq;
using Microsoft.CodeAnalysis;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Generator.Tests;

/// <summary>Models with state in a user's project: the class Stepper, by names, by metadata and by the attribute.</summary>
public sealed class StateTests
{
    private const string Driver = """
        static class Driver
        {
            static float[] Run(float[] x)
            {
                var cell = new Consumer.Sum.Stepper();
                var y = new float[x.Length];
                for (int t = 0; t < x.Length; t++) cell.Step(new[] { x[t] }, System.MemoryExtensions.AsSpan(y, t, 1));
                return y;
            }
        }
        """;

    [Fact]
    public void A_pair_by_names() => Assert.Equal([1f, 3f, 6f], Run(Running("h", "hn")));

    [Fact]
    public void A_pair_by_metadata() => Assert.Equal([1f, 3f, 6f], Run(Running("a", "b"), "RedGenState=a=b"));

    [Fact]
    public void A_pair_of_a_public_class_in_source_mode()
        => Assert.Equal([1f, 3f, 6f], Run(Running("h", "hn"), "RedGenAccessibility=Public", "RedGenRuntime=Source"));

    [Fact]
    public void A_pair_by_the_attribute()
    {
        using var project = new ConsumerProject();
        project.Model("sum.onnx", Running("a", "b")).Source("namespace Consumer { [RedGen.RedGenModel(\"sum.onnx\", State = \"a=b\")] public static partial class Sum { } }\n" + Driver);
        Assert.Equal([1f, 3f, 6f], Run(project));
    }

    [Fact]
    public void A_pair_that_does_not_fit_is_reported()
    {
        using var project = new ConsumerProject();
        project.Model("sum.onnx", Running("h", "hn"), "RedGenState=h=next");
        Diagnostic diagnostic = Assert.Single(project.Run().Diagnostics);
        Assert.Equal("RG0017", diagnostic.Id);
        Assert.Contains("its outputs are y, hn", diagnostic.GetMessage(CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    /// <summary>A running sum: state and output are what was added so far.</summary>
    private static byte[] Running(string state, string next) => new OnnxModelWriter()
        .Input("x", ElementType.Float32, 1).Input(state, ElementType.Float32, 1).Node("Add", "x," + state, next).Node("Identity", next, "y").Output("y").Output(next).ToBytes();

    private static float[] Run(byte[] model, params string[] options)
    {
        using var project = new ConsumerProject(new ConsumerSettings { HasRuntime = !options.Contains("RedGenRuntime=Source") });
        return Run(project.Model("sum.onnx", model, options).Source(Driver));
    }

    private static float[] Run(ConsumerProject project)
    {
        GeneratorRun run = project.Run();
        Assert.Empty(run.Diagnostics);
        using GeneratedAssembly assembly = GeneratedAssembly.Load(run.Compilation);
        return assembly.Method<Func<float[], float[]>>("Driver", "Run")([1f, 2f, 3f]);
    }
}
