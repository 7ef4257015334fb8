using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Tests.Quantised;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Micro;

/// <summary>RedGenProfile=Micro from end to end: right answers, memory of the caller's, nothing that a microcontroller lacks.</summary>
public sealed class MicroProfileTests
{
    private static readonly CompilerOptions Micro = TestOptions.Exact with { Profile = Profile.Micro, Runtime = RuntimeMode.Source };

    /// <summary>What RedGen's System library for microcontrollers has, by the name of the type.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Span"] = ["this[]", "Length", "Slice", "Clear", "CopyTo", "op_Implicit"],
        ["ReadOnlySpan"] = ["this[]", "Length", "Slice", "CopyTo", "op_Implicit"],
        ["MemoryMarshal"] = ["Cast", "GetReference"],
        ["MathF"] = ["Sqrt"],
        ["Unsafe"] = ["Add", "As"],
        ["Single"] = ["MaxValue", "MinValue", "NegativeInfinity", "PositiveInfinity", "NaN"],
        ["SByte"] = ["MaxValue", "MinValue"],
        ["Byte"] = ["MaxValue", "MinValue"],
        ["Int16"] = ["MaxValue", "MinValue"],
        ["UInt16"] = ["MaxValue", "MinValue"],
        ["Int32"] = ["MaxValue", "MinValue"],
        ["UInt32"] = ["MaxValue", "MinValue"],
        ["Int64"] = ["MaxValue", "MinValue"],
        ["Math"] = ["Abs", "Clamp", "Max", "Min"],
        ["MethodImplOptions"] = ["AggressiveInlining", "AggressiveOptimization", "NoInlining"],
    };

    [Fact]
    public void Digits_agree_with_the_reference_and_nothing_is_allocated()
    {
        foreach ((byte[] model, int[] shape) in new[] { (DigitsAssets.Cnn(), new[] { 1, 1, 8, 8 }), (DigitsAssets.Mlp(), [1, 64]) })
        {
            foreach (Hashing hashing in new[] { Hashing.None, Hashing.Adaptive })
            {
                using CompiledModel compiled = CompiledModel.Compile(ModelSource.FromBytes("digits.onnx", model), TestOptions.Exact with { Profile = Profile.Micro, Hashing = hashing });
                ReferenceTensor input = RandomTensor.Of(ElementType.Float32, 1, shape);
                if (hashing == Hashing.None) compiled.AssertAgrees(1e-4, 1e-5, input);
                Assert.Equal(0, compiled.AllocatedBytes(input));
            }
        }
    }

    [Fact]
    public void Code_for_a_device_names_nothing_that_its_library_lacks()
    {
        var quantised = new QuantisedModel(new Random(3));
        QuantisedGraphs.All["network"](new QuantisedGraphs(quantised));
        foreach (ModelSource model in new[] { ModelSource.FromBytes("digits.onnx", DigitsAssets.Cnn()), ModelSource.FromBytes("digits.onnx", DigitsAssets.Mlp()), quantised.Writer.ToSource() })
        {
            CompilationResult result = ModelCompiler.Compile(model, Micro with { Hashing = Hashing.Adaptive });
            Assert.True(result.Success, string.Join("\n", result.Diagnostics));
            var settings = new ConsumerSettings { HasRuntime = false };
            SyntaxTree[] trees = [.. result.Sources.Select(s => CSharpSyntaxTree.ParseText(s.Text, settings.ParseOptions.WithPreprocessorSymbols("REDGEN_FIRMWARE")))];
            var compilation = CSharpCompilation.Create("Firmware", trees, settings.References, settings.CompilationOptions);
            Assert.Empty(compilation.GetDiagnostics().Where(d => d.Severity >= Microsoft.CodeAnalysis.DiagnosticSeverity.Warning));
            foreach (SyntaxTree tree in trees)
            {
                SemanticModel semantics = compilation.GetSemanticModel(tree);
                foreach (SyntaxNode node in tree.GetRoot().DescendantNodes().Where(n => n is IdentifierNameSyntax or ElementAccessExpressionSyntax or GenericNameSyntax))
                    if (Refused(semantics.GetSymbolInfo(node).Symbol) is { } refused) Assert.Fail($"'{refused}' at: {node.Parent}");
            }
        }
    }

    [Fact]
    public void An_operator_without_code_is_RG0028()
    {
        CompilationResult result = ModelCompiler.Compile(
            new OnnxModelWriter().Input("x", ElementType.Float64, 4).Output("y", ElementType.Float64).Node("Sin", "x", "y").ToSource(), Micro);
        Diagnostics.Diagnostic diagnostic = Assert.Single(result.Diagnostics);
        Assert.Equal("RG0028", diagnostic.Id);
        Assert.Contains("Sin", diagnostic.Message, StringComparison.Ordinal);
        Assert.Contains("RedGenProfile=Micro", diagnostic.Message, StringComparison.Ordinal);
    }

    /// <summary>A member of the framework that a device does not have; null for all others.</summary>
    private static string? Refused(ISymbol? symbol)
    {
        if (symbol is not (IMethodSymbol or IPropertySymbol or IFieldSymbol or IEventSymbol) || symbol.ContainingAssembly?.Name == "Firmware") return null;
        INamedTypeSymbol? type = symbol.ContainingType;
        if (type is null || symbol is IMethodSymbol { MethodKind: MethodKind.BuiltinOperator or MethodKind.Constructor }) return null;
        return Allowed.TryGetValue(type.Name, out string[]? members) && members.Contains(symbol.Name) ? null : type.Name + "." + symbol.Name;
    }
}
