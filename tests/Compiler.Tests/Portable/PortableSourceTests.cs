using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Emit.Portable;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Portable;

/// <summary>The kernels that go as source into C# 7.3 projects.</summary>
public sealed class PortableSourceTests
{
    /// <summary>A kernel that becomes plain C# 7.3 joins the list, one that does no longer leaves it.</summary>
    [Fact]
    public void The_list_holds_the_types_that_are_CSharp_7_3_with_all_that_they_need()
    {
        ConsumerSettings settings = ConsumerSettings.Portable with { HasRuntime = false };
        ILookup<string, string> types = RuntimeSources.Types.ToLookup(static t => RuntimeSources.Only(t).HintName, StringComparer.Ordinal);
        SyntaxTree[] trees = [.. types.Select(f => CSharpSyntaxTree.ParseText(PortableSources.Downlevel(RuntimeSources.Only(f.First()).Text), settings.ParseOptions, f.Key))];
        CSharpCompilation compilation = CSharpCompilation.Create("Kernels", trees, settings.References, settings.CompilationOptions);
        HashSet<string> clean = [.. trees.Where(t => !compilation.GetSemanticModel(t).GetDiagnostics().Any(static d => d.Severity == DiagnosticSeverity.Error)).SelectMany(t => types[t.FilePath].Where(n => t.GetRoot().DescendantNodes().OfType<BaseTypeDeclarationSyntax>().Any(d => d.Identifier.Text == n)))];
        Dictionary<string, string[]> needs = clean.ToDictionary(static t => t, static t => PortableSources.TypesOf(PortableSources.Downlevel(RuntimeSources.Only(t).Text)).Where(RuntimeSources.HasType).ToArray());
        while (clean.RemoveWhere(t => !needs[t].All(clean.Contains)) > 0)
        {
        }

        string expected = string.Join(", ", clean.OrderBy(static t => t, StringComparer.Ordinal).Select(static t => $"\"{t}\""));
        Assert.True(clean.SetEquals(PortableSources.Types), "PortableSources.Types should hold " + expected);
    }
}
