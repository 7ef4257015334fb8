using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace RedGen.Analyzer;

/// <summary>RG1002: the overload of Predict that makes new arrays, called again and again.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class AllocatingPredictAnalyzer : DiagnosticAnalyzer
{
    /// <summary>The rule.</summary>
    public static readonly DiagnosticDescriptor Rule = new(
        "RG1002",
        "An allocating Predict in a loop",
        "this overload of {0}.Predict makes new arrays each time round the loop; give it buffers that are made once",
        "RedGen.Usage",
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        description: "Predict(inputs, outputs) writes into memory of the caller's and allocates nothing.",
        helpLinkUri: "docs/diagnostics/RG1002.md");

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Rule];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (start.Compilation.GetTypeByMetadataName("System.CodeDom.Compiler.GeneratedCodeAttribute") is not { } generatedCode) return;
            start.RegisterOperationAction(c => Analyze(c, generatedCode), OperationKind.Invocation);
        });
    }

    /// <summary>The loop that repeats a node; null when none does. What a lambda does is not done where it stands.</summary>
    internal static StatementSyntax? LoopOf(SyntaxNode node)
    {
        for (SyntaxNode child = node; child.Parent is { } parent; child = parent)
        {
            switch (parent)
            {
                case AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or MemberDeclarationSyntax and not GlobalStatementSyntax:
                    return null;
                case ForStatementSyntax loop when child != loop.Declaration && !loop.Initializers.Contains((child as ExpressionSyntax)!):
                    return loop;
                case CommonForEachStatementSyntax loop when child != loop.Expression:
                    return loop;
                case WhileStatementSyntax or DoStatementSyntax:
                    return (StatementSyntax)parent;
            }
        }

        return null;
    }

    private static void Analyze(OperationAnalysisContext context, INamedTypeSymbol generatedCode)
    {
        var call = (IInvocationOperation)context.Operation;
        IMethodSymbol method = call.TargetMethod;
        if (method.Name != GeneratedModel.PredictName || !GeneratedModel.Allocates(method)) return;
        if (!GeneratedModel.IsModel(method.ContainingType, generatedCode) || LoopOf(call.Syntax) is null) return;
        context.ReportDiagnostic(Diagnostic.Create(Rule, call.Syntax.GetLocation(), method.ContainingType.Name));
    }
}
