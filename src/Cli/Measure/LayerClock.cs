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

    private readonly HashSet<string> _methods;
    private int _next;

    private LayerClock(HashSet<string> methods) => _methods = methods;

    /// <summary>The steps that have a method, in the order in which they run.</summary>
    public static ImmutableArray<int> Layers(ExecutionPlan plan) => [.. Enumerable.Range(0, plan.Root.Steps.Length).Where(i => plan.StepNames[i].Length > 0)];

    /// <summary>The same compilation with a clock in its code.</summary>
    public static CompilationResult Set(CompilationResult result)
    {
        ExecutionPlan plan = result.Plan!;
        ImmutableArray<int> layers = Layers(plan);
        var clock = new LayerClock([.. layers.Select(i => EmittedStep.MethodName(plan, plan.StepNames[i]))]);
        string model = plan.ClassName + ".g.cs";
        IEnumerable<GeneratedSource> sources = result.Sources.Select(s => s.HintName == model ? s with { Text = clock.Visit(CSharpSyntaxTree.ParseText(s.Text).GetRoot()).ToFullString() } : s);
        return result with { Sources = [.. sources, new GeneratedSource(ClassName + ".g.cs", ClockSource(layers.Length))] };
    }

    /// <inheritdoc/>
    public override CSharpSyntaxNode? VisitMethodDeclaration(MethodDeclarationSyntax node)
    {
        if (node.Body is not { } body) return node;
        var statements = new List<StatementSyntax>();
        int before = _next;
        foreach (StatementSyntax statement in body.Statements)
        {
            bool calls = CallsLayer(statement);
            // The parts of a long model follow one another: the first layer starts the clock.
            if (calls && _next == 0) statements.Add(SyntaxFactory.ParseStatement($"        global::{ClassName}.Start();\n"));
            statements.Add(statement);
            if (calls) statements.Add(SyntaxFactory.ParseStatement(string.Create(CultureInfo.InvariantCulture, $"        global::{ClassName}.Mark({_next++});\n")));
        }

        return _next == before ? node : node.WithBody(body.WithStatements(SyntaxFactory.List(statements)));
    }

    /// <summary>Whether a statement calls a layer: <c>Conv1(x, y);</c>, or with a result. Layers are called in their order, some by the same method.</summary>
    private bool CallsLayer(StatementSyntax statement)
    {
        ExpressionSyntax? expression = statement switch
        {
            ExpressionStatementSyntax { Expression: AssignmentExpressionSyntax assignment } => assignment.Right,
            ExpressionStatementSyntax call => call.Expression,
            LocalDeclarationStatementSyntax { Declaration.Variables: [{ Initializer.Value: { } value }] } => value,
            _ => null,
        };
        return expression is InvocationExpressionSyntax { Expression: IdentifierNameSyntax name } && _methods.Contains(name.Identifier.ValueText);
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
