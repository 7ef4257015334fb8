using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using RedGen.Compiler.Plan;

namespace RedGen.TestKit;

/// <summary>
/// Generated code whose methods of hashed layers compute with a number that counts: in them <c>float</c> becomes <c>Counted</c>, a struct of
/// one float, and calls of them cast their spans. Nothing else of the text changes, so that what is counted is what runs.
/// </summary>
public static class CountedCode
{
    private const string TypeName = "Counted";

    /// <summary>Whether a step is a layer that computes with codebook values and is to be counted.</summary>
    public static bool IsCounted(Step step) => step.Kernel.StartsWith("Hashed.", StringComparison.Ordinal);

    /// <summary>Rewrites the source of a model's class.</summary>
    /// <param name="text">The source.</param>
    /// <param name="plan">Its plan.</param>
    public static string Rewrite(string text, ExecutionPlan plan)
    {
        HashSet<string> methods = [.. plan.Root.Steps.Select((s, i) => (Step: s, Name: plan.StepNames[i])).Where(p => IsCounted(p.Step)).Select(p => p.Name)];
        return new Rewriter(methods).Visit(CSharpSyntaxTree.ParseText(text).GetRoot()).ToFullString();
    }

    /// <summary>The counting number; <c>Read</c> gives the multiplications and the additions since it was last called.</summary>
    /// <param name="space">The namespace of the model.</param>
    public static string Number(string space) => $$"""
        namespace {{space}}
        {
            internal readonly struct {{TypeName}}
            {
                private static long s_multiplications, s_additions;
                private readonly float _value;
                private {{TypeName}}(float value) => _value = value;
                public static implicit operator {{TypeName}}(float value) => new {{TypeName}}(value);
                public static implicit operator float({{TypeName}} number) => number._value;
                public static {{TypeName}} operator -({{TypeName}} a) => new {{TypeName}}(-a._value);
                public static {{TypeName}} operator *({{TypeName}} a, {{TypeName}} b) { s_multiplications++; return new {{TypeName}}(a._value * b._value); }
                public static {{TypeName}} operator +({{TypeName}} a, {{TypeName}} b) { s_additions++; return new {{TypeName}}(a._value + b._value); }
                public static {{TypeName}} operator -({{TypeName}} a, {{TypeName}} b) { s_additions++; return new {{TypeName}}(a._value - b._value); }
                internal static long[] Read()
                {
                    long[] counts = { s_multiplications, s_additions };
                    s_multiplications = s_additions = 0;
                    return counts;
                }
            }
        }
        """;

    private sealed class Rewriter(HashSet<string> methods) : CSharpSyntaxRewriter
    {
        private bool _inside;

        public override SyntaxNode? VisitMethodDeclaration(MethodDeclarationSyntax node)
        {
            _inside = methods.Contains(node.Identifier.Text);
            SyntaxNode? result = base.VisitMethodDeclaration(node);
            _inside = false;
            return result;
        }

        /// <summary>The type, but not the class of constants such as <c>float.NegativeInfinity</c>.</summary>
        public override SyntaxNode? VisitPredefinedType(PredefinedTypeSyntax node)
            => _inside && node.Keyword.IsKind(SyntaxKind.FloatKeyword) && node.Parent is not MemberAccessExpressionSyntax
                ? SyntaxFactory.IdentifierName(TypeName).WithTriviaFrom(node)
                : base.VisitPredefinedType(node);

        public override SyntaxNode? VisitInvocationExpression(InvocationExpressionSyntax node)
        {
            if (node.Expression is not IdentifierNameSyntax name || !methods.Contains(name.Identifier.Text)) return base.VisitInvocationExpression(node);
            string arguments = string.Join(", ", node.ArgumentList.Arguments.Select(a => $"global::System.Runtime.InteropServices.MemoryMarshal.Cast<float, {TypeName}>({a})"));
            return SyntaxFactory.ParseExpression($"{name}({arguments})").WithTriviaFrom(node);
        }
    }
}
