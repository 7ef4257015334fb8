using RedGen.Compiler.Graphs;

namespace RedGen.Cli.Data;

/// <summary>Types that numpy lacks, as files hold them: bfloat16 by its bits, narrow floats by their bits, narrow integers by their value.</summary>
internal static class StoredType
{
    /// <summary>The element type that a file has for a type; the type itself where numpy knows it.</summary>
    public static ElementType Of(ElementType type) => type == ElementType.BFloat16 ? ElementType.UInt16 : type.Storage();

    /// <summary>A tensor as a value of an element type takes it, where its own type is the one that files have for it.</summary>
    public static Tensor Read(Tensor tensor, ElementType type)
        => tensor.ElementType != type && tensor.ElementType == Of(type) ? Tensor.FromUnpacked(type, tensor.Dimensions, tensor.Data) : tensor;
}
