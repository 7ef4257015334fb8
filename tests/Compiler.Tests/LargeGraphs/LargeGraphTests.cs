using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.LargeGraphs;

/// <summary>Models of thousands of nodes compile with effort that is linear in them, to methods that the JIT optimises, and compute what they should.</summary>
[Collection(AloneCollection.Name)]
public sealed class LargeGraphTests
{
    /// <summary>Beyond, the JIT compiles a method without optimising it.</summary>
    private const int JitStatements = 1000;

    [Fact]
    public void Thousands_of_elementwise_nodes()
        => AssertAgrees(LargeModels.Elementwise(5000), 1e-4);

    [Fact]
    public void Thousands_of_gemms()
        => AssertAgrees(LargeModels.Gemms(3000), 1e-3);

    [Fact]
    public void A_transformer_of_24_blocks()
    {
        using var model = CompiledModel.Compile(LargeModels.Transformer(24, 64, 4, 12, 200), TestOptions.Exact);
        AssertShortMethods(model.Code);
        var ids = new ReferenceTensor(ElementType.Int64, [1, 12], [.. Enumerable.Range(0, 12).Select(i => (long)(i * 37 % 200))]);
        model.AssertAgrees(2e-3, 2e-3, ids);
    }

    /// <summary>Bytes allocated, not seconds: those depend on what else the machine does.</summary>
    [Theory]
    [InlineData("Elementwise")]
    [InlineData("Gemms")]
    [InlineData("Moves")]
    public void Effort_is_linear_in_the_nodes(string kind)
    {
        Func<int, OnnxModelWriter> make = kind switch { "Elementwise" => LargeModels.Elementwise, "Gemms" => LargeModels.Gemms, _ => LargeModels.Moves };
        long one = Allocated(make(1500).ToSource()), four = Allocated(make(6000).ToSource());
        // Four times the nodes; what grows with their square takes sixteen times as much. The logarithms of trees are allowed for.
        Assert.True(four < 5 * one, $"{one >> 20} MB for 1500 nodes, {four >> 20} MB for 6000");
    }

    private static long Allocated(ModelSource source)
    {
        // Where the weights live depends on their number: the same place for all, so that only the nodes' number differs.
        CompilerOptions options = TestOptions.Exact with { Weights = WeightTier.String };
        _ = ModelCompiler.Compile(source, options);
        long before = GC.GetAllocatedBytesForCurrentThread();
        CompilationResult result = ModelCompiler.Compile(source, options);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(result.Success);
        return allocated;
    }

    private static void AssertAgrees(OnnxModelWriter writer, double tolerance)
    {
        using var model = CompiledModel.Compile(writer, TestOptions.Exact);
        AssertShortMethods(model.Code);
        model.AssertAgrees(tolerance, tolerance, RandomTensor.Of(ElementType.Float32, 3, model.Inputs[0].Shape!.ToArray()));
    }

    /// <summary>No method is longer than what the JIT optimises.</summary>
    private static void AssertShortMethods(string code)
    {
        int statements = 0;
        foreach (string line in code.Split('\n'))
        {
            if (line.StartsWith("    private static ", StringComparison.Ordinal) || line.StartsWith("    public static ", StringComparison.Ordinal)) statements = 0;
            else if (line.EndsWith(';')) statements++;
            Assert.True(statements < JitStatements, "A method has too many statements before: " + line);
        }
    }
}
