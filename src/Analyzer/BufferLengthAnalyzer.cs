using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace RedGen.Analyzer;

/// <summary>RG1001: a buffer whose length is plain to see is not the one that Predict checks for; the call can only throw.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class BufferLengthAnalyzer : DiagnosticAnalyzer
{
    /// <summary>The rule.</summary>
    public static readonly DiagnosticDescriptor Rule = new(
        "RG1001",
        "A buffer of the wrong length",
        "'{0}' gets {1} elements and needs {2}: use {3}.{4}",
        "RedGen.Usage",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "Predict throws an ArgumentException when a span does not have exactly the model's length.",
        helpLinkUri: "docs/diagnostics/RG1001.md");

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

    private static void Analyze(OperationAnalysisContext context, INamedTypeSymbol generatedCode)
    {
        var call = (IInvocationOperation)context.Operation;
        if (call.TargetMethod.Name != GeneratedModel.PredictName || !GeneratedModel.IsModel(call.TargetMethod.ContainingType, generatedCode)) return;
        if (call.SemanticModel is not { } model) return;
        foreach (IArgumentOperation argument in call.Arguments)
        {
            if (argument.Parameter is not { } parameter || !GeneratedModel.IsSpan(parameter.Type)) continue;

            // For an expression in parentheses the operation stands for the expression itself.
            ExpressionSyntax? expression = argument.Syntax as ExpressionSyntax ?? (argument.Syntax as ArgumentSyntax)?.Expression;
            if (expression is null) continue;
            if (GeneratedModel.NeededLength(parameter) is not { } needed) continue;
            if (ConstantLength.Of(expression, model, context.CancellationToken) is not { } length || length == needed.Length) continue;
            context.ReportDiagnostic(Diagnostic.Create(
                Rule, expression.GetLocation(), parameter.Name, length, needed.Length, call.TargetMethod.ContainingType.Name, needed.Constant));
        }
    }
}
