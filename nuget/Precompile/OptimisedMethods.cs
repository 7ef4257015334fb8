using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace RedGen.Precompile;

/// <summary>The AggressiveOptimization flags in an assembly's table of methods (ECMA-335, II.22.26), read and written in place.</summary>
internal static class OptimisedMethods
{
    /// <summary>ImplFlags lies behind the four bytes of RVA.</summary>
    private const int FlagsOffset = 4;

    /// <summary>AggressiveOptimization is 0x200: a bit of the second byte.</summary>
    private const byte Flag = (int)MethodImplAttributes.AggressiveOptimization >> 8;

    /// <summary>Takes the flag from all methods and gives the rows of those that shall have it again.</summary>
    public static int[] Clear(byte[] image)
    {
        (int start, int size, int count) = Table(image);
        using var reader = new PEReader(new MemoryStream([.. image]));
        var kernels = new InnerKernels(reader);
        var rows = new List<int>();
        for (int row = 0; row < count; row++)
        {
            ref byte flags = ref image[start + (row * size) + FlagsOffset + 1];
            if ((flags & Flag) == 0) continue;
            flags &= unchecked((byte)~Flag);
            if (kernels.Contains(MetadataTokens.MethodDefinitionHandle(row + 1))) rows.Add(row);
        }

        return [.. rows];
    }

    /// <summary>Gives the flag to the methods of some rows.</summary>
    public static void Set(byte[] image, int[] rows)
    {
        (int start, int size, _) = Table(image);
        foreach (int row in rows) image[start + (row * size) + FlagsOffset + 1] |= Flag;
    }

    private static (int Start, int RowSize, int Rows) Table(byte[] image)
    {
        using var reader = new PEReader(new MemoryStream(image));
        MetadataReader metadata = reader.GetMetadataReader();
        return (reader.PEHeaders.MetadataStartOffset + metadata.GetTableMetadataOffset(TableIndex.MethodDef),
            metadata.GetTableRowSize(TableIndex.MethodDef), metadata.GetTableRowCount(TableIndex.MethodDef));
    }
}
