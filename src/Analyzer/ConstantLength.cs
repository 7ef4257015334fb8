using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace RedGen.Analyzer;

/// <summary>Tells how many elements an expression makes, where that can be read off the code.</summary>
internal static class ConstantLength
{
    /// <summary>The length; null when it is not plain to see.</summary>
    internal static int? Of(ExpressionSyntax expression, SemanticModel model, CancellationToken cancellation) => expression switch
    {
        ParenthesizedExpressionSyntax inner => Of(inner.Expression, model, cancellation),
        CastExpressionSyntax cast => Of(cast.Expression, model, cancellation),
        ArrayCreationExpressionSyntax array => OfArray(array.Type, array.Initializer, model, cancellation),
        ImplicitArrayCreationExpressionSyntax array => array.Initializer.Expressions.Count,
        StackAllocArrayCreationExpressionSyntax { Type: ArrayTypeSyntax type } stack => OfArray(type, stack.Initializer, model, cancellation),
        ImplicitStackAllocArrayCreationExpressionSyntax stack => stack.Initializer.Expressions.Count,
        CollectionExpressionSyntax list when list.Elements.All(static e => e is ExpressionElementSyntax) => list.Elements.Count,
        IdentifierNameSyntax name => OfLocal(name, model, cancellation),
        _ => null,
    };

    private static int? OfArray(ArrayTypeSyntax type, InitializerExpressionSyntax? initializer, SemanticModel model, CancellationToken cancellation)
    {
        if (type.RankSpecifiers.Count == 0 || type.RankSpecifiers[0].Sizes.Count != 1) return null;
        if (initializer is not null) return initializer.Expressions.Count;
        return model.GetConstantValue(type.RankSpecifiers[0].Sizes[0], cancellation) is { HasValue: true, Value: int length } ? length : null;
    }

    /// <summary>A local counts when it is set where it is declared and nowhere else.</summary>
    private static int? OfLocal(IdentifierNameSyntax name, SemanticModel model, CancellationToken cancellation)
    {
        if (model.GetSymbolInfo(name, cancellation).Symbol is not ILocalSymbol local) return null;
        if (local.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) is not VariableDeclaratorSyntax { Initializer.Value: { } value } declarator) return null;
        SyntaxNode? scope = declarator.FirstAncestorOrSelf<SyntaxNode>(static n => n is MemberDeclarationSyntax or CompilationUnitSyntax);
        bool isSetAgain = scope is null || scope.DescendantNodes().OfType<IdentifierNameSyntax>().Any(n =>
            n.Identifier.ValueText == local.Name && IsWrite(n) && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(n, cancellation).Symbol, local));
        return isSetAgain || value is IdentifierNameSyntax ? null : Of(value, model, cancellation);
    }

    private static bool IsWrite(IdentifierNameSyntax name) => name.Parent switch
    {
        AssignmentExpressionSyntax assignment => assignment.Left == name,
        ArgumentSyntax argument => !argument.RefKindKeyword.IsKind(SyntaxKind.None) || argument.Parent is TupleExpressionSyntax,
        RefExpressionSyntax => true,
        _ => false,
    };
}
