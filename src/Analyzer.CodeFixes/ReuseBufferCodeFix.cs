using System.Collections.Immutable;
using System.Composition;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;

namespace RedGen.Analyzer.CodeFixes;

/// <summary>
/// RG1002: makes the buffer once, before the loop. Offered where the result is a local that is only read where it stands; one that is kept
/// (in a list, a field, a lambda) would be overwritten by the next pass.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(ReuseBufferCodeFix))]
[Shared]
public sealed class ReuseBufferCodeFix : CodeFixProvider
{
    private const string Title = "Write into one buffer";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [AllocatingPredictAnalyzer.Rule.Id];

    /// <inheritdoc/>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        if (await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false) is not { } root) return;
        if (await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false) is not { } model) return;
        SyntaxNode node = root.FindNode(context.Span, getInnermostNodeForTie: true);
        if (node.FirstAncestorOrSelf<InvocationExpressionSyntax>() is not { } call || Find(call, model, context.CancellationToken) is not { } place) return;
        context.RegisterCodeFix(CodeAction.Create(Title, _ => Task.FromResult(Apply(context.Document, root, place)), Title), context.Diagnostics);
    }

    private static Place? Find(InvocationExpressionSyntax call, SemanticModel model, CancellationToken cancellation)
    {
        if (call.Parent is not EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax { Parent: VariableDeclarationSyntax { Variables.Count: 1, Parent: LocalDeclarationStatementSyntax statement } } declarator }) return null;
        if (AllocatingPredictAnalyzer.LoopOf(call) is not { Parent: BlockSyntax or GlobalStatementSyntax } loop) return null;
        if (model.GetSymbolInfo(call, cancellation).Symbol is not IMethodSymbol { ReturnType: IArrayTypeSymbol result } method) return null;
        if (call.Expression is not MemberAccessExpressionSyntax { Expression: { } target }) return null;

        // The output is the parameter that the overload for spans has and this one has not.
        IParameterSymbol? output = method.ContainingType.GetMembers(method.Name).OfType<IMethodSymbol>()
            .FirstOrDefault(m => m.ReturnsVoid && m.Parameters.Length == method.Parameters.Length + 1)?.Parameters.Last();
        if (output is null || GeneratedModel.NeededLength(output) is not { } length) return null;
        return IsReadInPlace(declarator, model, cancellation) && IsFreeName(declarator, loop)
            ? new Place(call, statement, loop, declarator.Identifier.ValueText, result.ElementType.ToMinimalDisplayString(model, call.SpanStart), target + "." + length.Constant)
            : null;
    }

    private static Document Apply(Document document, SyntaxNode root, Place place)
    {
        StatementSyntax buffer = SyntaxFactory.ParseStatement($"var {place.Name} = new {place.ElementType}[{place.Length}];\n").WithAdditionalAnnotations(Formatter.Annotation);
        StatementSyntax predict = SyntaxFactory.ExpressionStatement(place.Call.AddArgumentListArguments(
            SyntaxFactory.Argument(SyntaxFactory.IdentifierName(place.Name)).WithLeadingTrivia(SyntaxFactory.Space)).WithoutTrivia()).WithTriviaFrom(place.Statement);
        StatementSyntax loop = place.Loop.ReplaceNode(place.Statement, predict);
        if (place.Loop.Parent is GlobalStatementSyntax global)
        {
            GlobalStatementSyntax first = SyntaxFactory.GlobalStatement(buffer.WithLeadingTrivia(global.GetLeadingTrivia()));
            return document.WithSyntaxRoot(root.ReplaceNode(global, [first, global.WithStatement(loop.WithoutLeadingTrivia())]));
        }

        return document.WithSyntaxRoot(root.ReplaceNode(place.Loop, [buffer.WithLeadingTrivia(loop.GetLeadingTrivia()), loop]));
    }

    private static bool IsReadInPlace(VariableDeclaratorSyntax declarator, SemanticModel model, CancellationToken cancellation)
    {
        ISymbol? local = model.GetDeclaredSymbol(declarator, cancellation);
        SyntaxNode? scope = declarator.FirstAncestorOrSelf<BlockSyntax>();
        return scope is not null && scope.DescendantNodes().OfType<IdentifierNameSyntax>()
            .Where(n => n.Identifier.ValueText == declarator.Identifier.ValueText && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(n, cancellation).Symbol, local))
            .All(n => n.FirstAncestorOrSelf<AnonymousFunctionExpressionSyntax>() is null && n.Parent switch
            {
                ElementAccessExpressionSyntax access => access.Expression == n && access.ArgumentList.Arguments.All(static a => a.Expression is not RangeExpressionSyntax),
                MemberAccessExpressionSyntax member => member.Name.Identifier.ValueText == "Length",
                CommonForEachStatementSyntax => true,
                ArgumentSyntax => GeneratedModel.IsSpan(model.GetTypeInfo(n, cancellation).ConvertedType),
                _ => false,
            });
    }

    /// <summary>A local before the loop shares its scope with everything after it.</summary>
    private static bool IsFreeName(VariableDeclaratorSyntax declarator, StatementSyntax loop)
        => loop.Parent?.FirstAncestorOrSelf<SyntaxNode>(static n => n is MemberDeclarationSyntax and not GlobalStatementSyntax or CompilationUnitSyntax) is { } scope
            && scope.DescendantNodes().All(n => n == declarator || n switch
            {
                VariableDeclaratorSyntax other => other.Identifier.ValueText != declarator.Identifier.ValueText,
                ParameterSyntax other => other.Identifier.ValueText != declarator.Identifier.ValueText,
                SingleVariableDesignationSyntax other => other.Identifier.ValueText != declarator.Identifier.ValueText,
                ForEachStatementSyntax other => other.Identifier.ValueText != declarator.Identifier.ValueText,
                _ => true,
            });

    private sealed class Place(InvocationExpressionSyntax call, LocalDeclarationStatementSyntax statement, StatementSyntax loop, string name, string elementType, string length)
    {
        internal InvocationExpressionSyntax Call => call;

        internal LocalDeclarationStatementSyntax Statement => statement;

        internal StatementSyntax Loop => loop;

        internal string Name => name;

        internal string ElementType => elementType;

        internal string Length => length;
    }
}
