using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using RedGen.Compiler;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Plan;
using CSharpSyntaxNode = Microsoft.CodeAnalysis.SyntaxNode;

namespace RedGen.Cli.Measure;

/// <summary>
/// Sets a clock between the layers of generated code: a statement after every call of a layer's method that notes how long it took.
/// The code of users is never changed; only what a measurement compiles for itself.
/// </summary>
internal sealed class LayerClock : CSharpSyntaxRewriter
{
    /// <summary>The class that the statements call; its <c>Ticks</c> hold the last run's times by layer.</summary>
    public const string ClassName = "RedGenLayerClock";

    private readonly Dictionary<string, int> _layers;

    private LayerClock(Dictionary<string, int> layers) => _layers = layers;

    /// <summary>The steps that have a method, in the order in which they run.</summary>
    public static ImmutableArray<int> Layers(ExecutionPlan plan) => [.. Enumerable.Range(0, plan.Root.Steps.Length).Where(i => plan.StepNames[i].Length > 0)];

    /// <summary>The same compilation with a clock in its code.</summary>
    public static CompilationResult Set(CompilationResult result)
    {
        ExecutionPlan plan = result.Plan!;
        ImmutableArray<int> layers = Layers(plan);
        var indices = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < layers.Length; i++) indices[EmittedStep.MethodName(plan, plan.StepNames[layers[i]])] = i;
        var clock = new LayerClock(indices);
        string model = plan.ClassName + ".g.cs";
        IEnumerable<GeneratedSource> sources = result.Sources.Select(s => s.HintName == model ? s with { Text = clock.Visit(CSharpSyntaxTree.ParseText(s.Text).GetRoot()).ToFullString() } : s);
        return result with { Sources = [.. sources, new GeneratedSource(ClassName + ".g.cs", ClockSource(layers.Length))] };
    }

    /// <inheritdoc/>
    public override CSharpSyntaxNode? VisitMethodDeclaration(MethodDeclarationSyntax node)
    {
        if (node.Body is not { } body) return node;
        var statements = new List<StatementSyntax>();
        bool calls = false;
        foreach (StatementSyntax statement in body.Statements)
        {
            statements.Add(statement);
            if (LayerOf(statement) is not { } layer) continue;
            calls = true;
            statements.Add(SyntaxFactory.ParseStatement(string.Create(CultureInfo.InvariantCulture, $"        global::{ClassName}.Mark({layer});\n")));
        }

        if (!calls) return node;
        // The parts of a long model follow one another: the first layer starts the clock.
        int first = statements.FindIndex(s => LayerOf(s) is 0);
        if (first >= 0) statements.Insert(first, SyntaxFactory.ParseStatement($"        global::{ClassName}.Start();\n"));
        return node.WithBody(body.WithStatements(SyntaxFactory.List(statements)));
    }

    /// <summary>The layer that a statement calls: <c>Conv1(x, y);</c>, or with a result.</summary>
    private int? LayerOf(StatementSyntax statement)
    {
        ExpressionSyntax? expression = statement switch
        {
            ExpressionStatementSyntax { Expression: AssignmentExpressionSyntax assignment } => assignment.Right,
            ExpressionStatementSyntax call => call.Expression,
            LocalDeclarationStatementSyntax { Declaration.Variables: [{ Initializer.Value: { } value }] } => value,
            _ => null,
        };
        return expression is InvocationExpressionSyntax { Expression: IdentifierNameSyntax name } && _layers.TryGetValue(name.Identifier.ValueText, out int layer) ? layer : null;
    }

    private static string ClockSource(int layers) => $$"""
        internal static class {{ClassName}}
        {
            internal static readonly long[] Ticks = new long[{{layers.ToString(CultureInfo.InvariantCulture)}}];
            private static long s_last;

            internal static void Start() => s_last = global::System.Diagnostics.Stopwatch.GetTimestamp();

            internal static void Mark(int layer)
            {
                long now = global::System.Diagnostics.Stopwatch.GetTimestamp();
                Ticks[layer] = now - s_last;
                s_last = now;
            }
        }
        """;
}
